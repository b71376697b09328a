import type { ControlledProxy } from "../toxiproxy/control.ts";
import type { Fault } from "./fault.ts";
import { type Mend, pathFault } from "./path-fault.ts";
import { askPing } from "./questions.ts";
import { kindWords } from "./seen-words.ts";

/**
 * Redis cannot be reached: connections end and new ones are refused at once. Where the proxy is in a container, its port
 * may still accept and close them. A proxy that several such faults hold is up again once the last one was healed.
 */
export function redisDown(): Fault {
  return pathFault({
    name: "redis-down",
    legend: "Redis refuses connections",
    breakPath: takeDown,
    symptom: {
      ...askPing,
      withinMs: 1_000,
      shows: ({ kind }) => kind === "refused" || kind === "closed" || kind === "reset",
      says: (shown) => `PING was ${kindWords(shown)}`,
    },
  });
}

const holders = new WeakMap<ControlledProxy, number>();

async function takeDown(proxy: ControlledProxy): Promise<Mend> {
  holders.set(proxy, (holders.get(proxy) ?? 0) + 1);
  const letGo = () => {
    const left = (holders.get(proxy) ?? 1) - 1;
    holders.set(proxy, left);
    return left;
  };
  try {
    await proxy.disable();
  } catch (error) {
    letGo();
    throw error;
  }
  return async () => {
    if (letGo() === 0) await proxy.enable();
  };
}
