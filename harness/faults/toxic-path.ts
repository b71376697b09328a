import type { ControlledProxy, NewToxic } from "../toxiproxy/control.ts";
import type { Mend } from "./path-fault.ts";

const added = new WeakMap<ControlledProxy, number>();

/**
 * Breaks a path with one toxic, under a name that no other one of this proxy has, so that faults of one kind may
 * overlap; the names are the same in each run, for the embedded Toxiproxy draws its chance from them.
 */
export function toxicPath(toxic: NewToxic): (proxy: ControlledProxy) => Promise<Mend> {
  return async (proxy) => {
    const count = (added.get(proxy) ?? 0) + 1;
    added.set(proxy, count);
    const { remove } = await proxy.add({ ...toxic, name: `${toxic.type}-${count}` });
    return remove;
  };
}
