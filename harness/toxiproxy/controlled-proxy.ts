import type { Proxy as ClientProxy, ToxicType, Toxiproxy } from "toxiproxy-node-client";
import type { ControlledProxy } from "./control.ts";
import { ToxiproxyControlError } from "./control-client.ts";

/** A proxy that remembers, for one that is not ours: only toxics whose names begin so are touched. */
export interface KeptProxy extends ControlledProxy {
  readonly removeToxicsOf: (beginning: string) => Promise<void>;
  /** Makes it as it was told last, without deleting it. */
  readonly mend: (beginning: string) => Promise<void>;
}

/**
 * Controls the proxy `created`, which is ours. It remembers what it was told last: leading it elsewhere, or making it
 * anew, leaves it switched as it was, so that a fault that heals takes nothing from another that is still in force.
 */
export function controlledProxy(client: Toxiproxy, created: ClientProxy): KeptProxy {
  const { name, listen, upstream } = created;
  let proxy = created;
  let leadsTo = upstream;
  let isEnabled = true;
  const kept = new Map<string, RawToxic>();
  const update = async (enabled: boolean) => {
    proxy = await proxy.update({ enabled, listen, upstream: leadsTo });
  };
  const addMissing = async (there: readonly string[]) => {
    for (const toxic of kept.values()) if (!there.includes(toxic.name)) await proxy.addToxic(toxic);
  };
  const removeToxicsOf = (beginning: string) => {
    kept.clear();
    return removeToxics(created, (name) => name.startsWith(beginning));
  };
  const { host, port } = endpointOf(listen, client.host);
  return {
    name,
    host,
    port,
    upstream,
    async disable() {
      const before = isEnabled;
      isEnabled = false;
      await update(false).catch((error: unknown) => {
        isEnabled = before;
        throw error;
      });
    },
    enable() {
      isEnabled = true;
      return update(true);
    },
    async add({ type, attributes, ...given }) {
      // The client wants what the server has defaults for.
      const named = { toxicity: 1, name: `${type}_${given.stream}`, ...given };
      const toxic: RawToxic = { ...named, type: type as ToxicType, attributes };
      await proxy.addToxic(toxic);
      kept.set(toxic.name, toxic);
      const remove = () => {
        kept.delete(toxic.name);
        return removeToxic(created, toxic.name);
      };
      return { name: toxic.name, remove };
    },
    removeAllToxics: () => removeToxicsOf(""),
    removeToxicsOf,
    pointTo(to) {
      leadsTo = to;
      return update(isEnabled);
    },
    async restore() {
      await tolerating(404, proxy.remove());
      // Nobody gets through before the toxics are back.
      const isBare = kept.size === 0;
      proxy = await client.createProxy({ name, listen, upstream: leadsTo, enabled: isEnabled && isBare });
      if (isBare) return;
      await addMissing([]);
      await update(isEnabled);
    },
    async mend(beginning) {
      await removeToxics(created, (name) => name.startsWith(beginning) && !kept.has(name));
      await addMissing(await toxicNames(created));
      await update(isEnabled);
    },
    [Symbol.asyncDispose]: () => unlessGone(proxy.remove()),
  };
}

/** A toxic as the client is told it. */
type RawToxic = Parameters<ClientProxy["addToxic"]>[0];

async function removeToxics(proxy: ClientProxy, isUnwanted: (name: string) => boolean): Promise<void> {
  for (const name of await toxicNames(proxy)) if (isUnwanted(name)) await removeToxic(proxy, name);
}

function removeToxic(proxy: ClientProxy, name: string): Promise<void> {
  return tolerating(404, proxy.api.delete(`${proxy.getPath()}/toxics/${encodeURIComponent(name)}`));
}

/** Of the toxics that `proxy` has. */
export async function toxicNames(proxy: ClientProxy): Promise<readonly string[]> {
  const { data } = await proxy.api.get<readonly { readonly name: string }[]>(`${proxy.getPath()}/toxics`);
  return data.map(({ name }) => name);
}

/** What listens everywhere is reached where the control plane is. */
function endpointOf(listen: string, url: string): { readonly host: string; readonly port: number } {
  const colon = listen.lastIndexOf(":");
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const isAnywhere = host === "" || host === "::" || host === "0.0.0.0";
  const own = new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
  return { host: isAnywhere ? own : host, port: Number(listen.slice(colon + 1)) };
}

/** Content if the proxy, or the whole server, has gone. */
export async function unlessGone(call: Promise<void>): Promise<void> {
  try {
    await tolerating(404, call);
  } catch (error) {
    if (!(error instanceof ToxiproxyControlError) || error.code !== "CONTROL_UNREACHABLE") throw error;
  }
}

/** What is gone already need not be removed. */
async function tolerating(status: number, call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ToxiproxyControlError) || error.status !== status) throw error;
  }
}
