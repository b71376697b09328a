import type { Proxy as ClientProxy, Toxiproxy } from "toxiproxy-node-client";
import { Refusal } from "../refusal.ts";
import type { ControlledProxy } from "./control.ts";
import { ToxiproxyControlError } from "./control-client.ts";
import { controlledProxy, toxicNames, unlessGone } from "./controlled-proxy.ts";

/** How the toxics begin that we add to a proxy of others. */
const ours = "gatecrash-";

/**
 * Controls the proxy `name` that others have made: it is never deleted, and only toxics of ours are removed, by their
 * names, so that one whose adding was never confirmed goes too. A `Refusal` if there is none, or if it is broken already.
 */
export async function usedProxy(client: Toxiproxy, name: string): Promise<ControlledProxy> {
  const found = await foundProxy(client, name);
  const toxics = await toxicNames(found);
  if (!found.enabled || toxics.length > 0) {
    const what = found.enabled ? `has the toxics ${toxics.join(", ")}` : "is switched off";
    throw new Refusal(
      `The proxy ${name} ${what} already: heal it first (curl -X POST ${client.host}/reset heals all).`,
    );
  }
  const proxy = controlledProxy(client, found);
  const healed = async (): Promise<void> => {
    await proxy.pointTo(proxy.upstream);
    await proxy.enable();
  };
  return {
    ...proxy,
    add: ({ name: own, ...toxic }) =>
      proxy.add({ ...toxic, name: `${ours}${own ?? `${toxic.type}_${toxic.stream}`}` }),
    removeAllToxics: () => proxy.removeToxicsOf(ours),
    restore: () => proxy.mend(ours),
    [Symbol.asyncDispose]: () => unlessGone(both(healed(), proxy.removeToxicsOf(ours))),
  };
}

/** Does so for one that a harness used and left as it was broken; true. */
export async function healProxy(client: Toxiproxy, name: string): Promise<boolean> {
  const proxy = controlledProxy(client, await foundProxy(client, name));
  await both(proxy.enable(), proxy.removeToxicsOf(ours));
  return true;
}

/** One that fails does not keep the other from being done. */
async function both(...calls: readonly Promise<void>[]): Promise<void> {
  for (const each of await Promise.allSettled(calls)) if (each.status === "rejected") throw each.reason;
}

async function foundProxy(client: Toxiproxy, name: string): Promise<ClientProxy> {
  try {
    return await client.get(name);
  } catch (error) {
    if (!(error instanceof ToxiproxyControlError) || error.status !== 404) throw error;
    throw new Refusal(`The Toxiproxy at ${client.host} has no proxy called ${name}.`, { cause: error });
  }
}
