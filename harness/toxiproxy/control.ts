import { type Proxy as ClientProxy, type ToxicType, Toxiproxy } from "toxiproxy-node-client";
import { Refusal } from "../refusal.ts";
import { BoundedHttpClient, ToxiproxyControlError } from "./control-client.ts";

/** Any Toxiproxy's control plane, as the harness uses it. */
export interface ToxiproxyControl {
  readonly url: string;
  version(): Promise<string>;
  createProxy(options: NewProxy): Promise<ControlledProxy>;
}

/** A proxy to make. */
export interface NewProxy {
  /** Letters, digits, dot, dash and underscore. */
  readonly name: string;
  /** `host:port`; port 0 leaves it to the system. */
  readonly listen: string;
  readonly upstream: string;
}

/** A toxic to add. */
export interface NewToxic {
  /** @default `<type>_<stream>` */
  readonly name?: string;
  readonly type: string;
  readonly stream: "upstream" | "downstream";
  /** The share of connections that it affects, 0 to 1. @default 1 */
  readonly toxicity?: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A toxic that is there until it is removed. */
export interface AddedToxic {
  readonly name: string;
  remove(): Promise<void>;
}

/** One proxy. Disposing removes it, and is content if it, or the whole server, has gone. */
export interface ControlledProxy extends AsyncDisposable {
  readonly name: string;
  /** Where clients reach it. */
  readonly host: string;
  readonly port: number;
  /** As it was made: `host:port` as that Toxiproxy reaches it. */
  readonly upstream: string;
  disable(): Promise<void>;
  enable(): Promise<void>;
  /** Rejects with code `TOXIC_UNKNOWN` if this Toxiproxy has no such type. */
  add(toxic: NewToxic): Promise<AddedToxic>;
  removeAllToxics(): Promise<void>;
  /** Leads new connections to `to` (`host:port`) and closes those to the old one. */
  pointTo(to: string): Promise<void>;
  /** Deletes it and makes it anew at the same address, without toxics: for a control plane that hangs. */
  recreate(): Promise<void>;
}

/** How to control. */
export interface ConnectOptions {
  /** For every single call. @default 2_000 */
  readonly deadlineMs?: number;
}

/**
 * Controls the Toxiproxy at `url` with toxiproxy-node-client. A `Refusal` if none answers there. Calls that get no good
 * answer in time reject with a `ToxiproxyControlError`.
 */
export async function connectToxiproxy(
  url: string,
  { deadlineMs = 2_000 }: ConnectOptions = {},
): Promise<ToxiproxyControl> {
  const base = url.replace(/\/+$/, "");
  const client = new Toxiproxy(base);
  client.api = new BoundedHttpClient(deadlineMs);
  const version = async () => versionIn(await client.getVersion());
  const found = await version().catch(() => null);
  if (found === null) {
    throw new Refusal(
      `No Toxiproxy answers at ${base}: start one there (npm run toxiproxy) or give its URL.`,
    );
  }
  return {
    url: base,
    version: async () => (await version()) ?? "unknown",
    async createProxy({ name, listen, upstream }) {
      if (!/^[\w.-]+$/.test(name)) throw new RangeError(`"${name}" is no name for a proxy`);
      return controlled(client, await client.createProxy({ name, listen, upstream, enabled: true }));
    },
  };
}

/** JSON since 2.6, plain text before. */
function versionIn(answer: string): string | null {
  const [, quoted] = /^\s*\{\s*"version":\s*"([^"]+)"\s*\}\s*$/.exec(answer) ?? [];
  return quoted ?? /^(?:git|\d+\.\d+[\w.-]*)$/.exec(answer.trim())?.[0] ?? null;
}

function controlled(client: Toxiproxy, created: ClientProxy): ControlledProxy {
  const { name, listen, upstream } = created;
  let proxy = created;
  let leadsTo = upstream;
  const update = async (enabled: boolean) => {
    proxy = await proxy.update({ enabled, listen, upstream: leadsTo });
  };
  const { host, port } = endpointOf(listen, client.host);
  return {
    name,
    host,
    port,
    upstream,
    disable: () => update(false),
    enable: () => update(true),
    async add({ type, attributes, ...toxic }) {
      const added = await proxy.addToxic({
        // The client wants what the server has defaults for.
        ...({ toxicity: 1, name: `${type}_${toxic.stream}`, ...toxic } as const),
        type: type as ToxicType,
        attributes,
      });
      return { name: added.name, remove: () => tolerating(404, added.remove()) };
    },
    async removeAllToxics() {
      const { data } = await client.api.get<readonly { readonly name: string }[]>(
        `${proxy.getPath()}/toxics`,
      );
      for (const toxic of data) {
        await tolerating(
          404,
          client.api.delete(`${proxy.getPath()}/toxics/${encodeURIComponent(toxic.name)}`),
        );
      }
    },
    async pointTo(to) {
      leadsTo = to;
      await update(true);
    },
    async recreate() {
      await tolerating(404, proxy.remove());
      proxy = await client.createProxy({ name, listen, upstream: leadsTo, enabled: true });
    },
    [Symbol.asyncDispose]: () =>
      tolerating(404, proxy.remove()).catch((error: unknown) => {
        if (!(error instanceof ToxiproxyControlError) || error.code !== "CONTROL_UNREACHABLE") throw error;
      }),
  };
}

/** What listens everywhere is reached where the control plane is. */
function endpointOf(listen: string, url: string): { readonly host: string; readonly port: number } {
  const colon = listen.lastIndexOf(":");
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const isAnywhere = host === "" || host === "::" || host === "0.0.0.0";
  const own = new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
  return { host: isAnywhere ? own : host, port: Number(listen.slice(colon + 1)) };
}

/** What is gone already need not be removed. */
async function tolerating(status: number, call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ToxiproxyControlError) || error.status !== status) throw error;
  }
}
