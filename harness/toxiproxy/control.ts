import { Toxiproxy } from "toxiproxy-node-client";
import { Refusal } from "../refusal.ts";
import { BoundedHttpClient } from "./control-client.ts";
import { controlledProxy } from "./controlled-proxy.ts";
import { healProxy, usedProxy } from "./used-proxy.ts";

/** Any Toxiproxy's control plane, as the harness uses it. */
export interface ToxiproxyControl {
  readonly url: string;
  version(): Promise<string>;
  createProxy(options: NewProxy): Promise<ControlledProxy>;
  /** Of all proxies that are there, whoever made them. */
  proxyNames(): Promise<readonly string[]>;
  /**
   * One that others have made. Disposing leaves it where it was found: switched on, without toxics. A `Refusal` if it is
   * found otherwise, or not at all.
   */
  useProxy(name: string): Promise<ControlledProxy>;
  /** Heals one that `useProxy` gave to a harness that died: switches it on, rids it of our toxics. False if it is gone. */
  healProxy(name: string): Promise<boolean>;
  /** Deletes one; false if it is gone. */
  removeProxy(name: string): Promise<boolean>;
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

/** One proxy. Disposing removes it if it is ours, and is content if it, or the whole server, has gone. */
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
  /** Leads new connections to `to` (`host:port`) and closes those to the old one; one that is disabled stays so. */
  pointTo(to: string): Promise<void>;
  /**
   * Makes it as it was told last, with what was added and not removed, and nothing else: for a control plane that hangs.
   * One of ours is deleted and made anew at the same address, one of others only switched and rid of the rest of what we
   * added.
   */
  restore(): Promise<void>;
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
  const proxyNames = async () => Object.keys(await client.getAll());
  const known = async (name: string) => (await proxyNames()).includes(name);
  return {
    url: base,
    version: async () => (await version()) ?? "unknown",
    async createProxy({ name, listen, upstream }) {
      if (!/^[\w.-]+$/.test(name)) throw new RangeError(`"${name}" is no name for a proxy`);
      return controlledProxy(client, await client.createProxy({ name, listen, upstream, enabled: true }));
    },
    proxyNames,
    useProxy: (name) => usedProxy(client, name),
    healProxy: async (name) => (await known(name)) && (await healProxy(client, name)),
    async removeProxy(name) {
      if (!(await known(name))) return false;
      await (await client.get(name)).remove();
      return true;
    },
  };
}

/** JSON since 2.6, plain text before. */
function versionIn(answer: string): string | null {
  const [, quoted] = /^\s*\{\s*"version":\s*"([^"]+)"\s*\}\s*$/.exec(answer) ?? [];
  return quoted ?? /^(?:git|\d+\.\d+[\w.-]*)$/.exec(answer.trim())?.[0] ?? null;
}
