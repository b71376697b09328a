/** A Toxiproxy server that is driven over its HTTP API; every call has a deadline. */
export interface ToxiproxyControl {
  readonly url: string;
  version(): Promise<string>;
  createProxy(options: {
    readonly name: string;
    readonly listen: string;
    readonly upstream: string;
  }): Promise<ControlledProxy>;
}

/** One proxy of that server. Disposing removes it, also when the server has gone. */
export interface ControlledProxy extends AsyncDisposable {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  disable(): Promise<void>;
  enable(): Promise<void>;
  add(toxic: Toxic): Promise<{ readonly name: string; remove(): Promise<void> }>;
  removeAllToxics(): Promise<void>;
  /** Leads new connections to `upstream` (`host:port`) and closes those to the old one. */
  pointTo(upstream: string): Promise<void>;
  /** Deletes it and makes it anew with the same address: for a control plane that hangs. */
  recreate(): Promise<void>;
}

/** One toxic as the API takes it. */
export interface Toxic {
  readonly name?: string;
  readonly type: string;
  readonly stream: "upstream" | "downstream";
  /** Share of the connections that it works on, 0 to 1. @default 1 */
  readonly toxicity?: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}
