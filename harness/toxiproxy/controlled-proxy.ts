import type { Proxy as ClientProxy, ToxicType, Toxiproxy } from "toxiproxy-node-client";
import type { ControlledProxy } from "./control.ts";
import { ToxiproxyControlError } from "./control-client.ts";

/** Controls the proxy `created`, which is ours. */
export function controlledProxy(client: Toxiproxy, created: ClientProxy): ControlledProxy {
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
    removeAllToxics: () => removeToxics(created),
    async pointTo(to) {
      leadsTo = to;
      await update(true);
    },
    async restore() {
      await tolerating(404, proxy.remove());
      proxy = await client.createProxy({ name, listen, upstream: leadsTo, enabled: true });
    },
    [Symbol.asyncDispose]: () => unlessGone(proxy.remove()),
  };
}

/** Removes the toxics of `proxy` whose names begin so. */
export async function removeToxics(proxy: ClientProxy, beginning = ""): Promise<void> {
  for (const name of await toxicNames(proxy)) {
    if (!name.startsWith(beginning)) continue;
    await tolerating(404, proxy.api.delete(`${proxy.getPath()}/toxics/${encodeURIComponent(name)}`));
  }
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
