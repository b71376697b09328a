import type { ControlledProxy, Toxic } from "../toxiproxy/control.ts";
import type { Mend } from "./path-fault.ts";

let added = 0;

/** Breaks a path with one toxic, under a name of its own, so that faults of one kind may overlap. */
export function toxicPath(toxic: Toxic): (proxy: ControlledProxy) => Promise<Mend> {
  return async (proxy) => {
    added++;
    const { remove } = await proxy.add({ ...toxic, name: `${toxic.type}-${added}` });
    return remove;
  };
}
