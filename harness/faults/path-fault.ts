import type { ControlledProxy } from "../toxiproxy/control.ts";
import { disturb } from "./calm.ts";
import type { Fault, FaultNeed, Injected } from "./fault.ts";
import { noteFault } from "./fault-notes.ts";
import type { FaultSite, RedisWay } from "./fault-site.ts";
import { lookBefore, type Sight, seeBroken, seeHealed } from "./see-paths.ts";
import type { Symptom } from "./symptom.ts";
import { takeTurn } from "./take-turn.ts";

/** Undoes what was done to one path; called once. */
export type Mend = () => Promise<void>;

/** One way in which the path between a replica and Redis breaks. */
export interface PathFault {
  readonly name: string;
  readonly legend: string;
  /** @default ["proxies"] */
  readonly needs?: readonly FaultNeed[];
  /** As in {@link Fault}. @default false */
  readonly cutsOff?: boolean;
  readonly breakPath: (proxy: ControlledProxy) => Promise<Mend>;
  readonly symptom: Symptom;
}

/**
 * A fault of the paths between replicas and Redis. Every path is asked before it is broken, while it is, and after it
 * was mended, and each is compared with itself; those that no fault aims at must stay as they were. Where a control call
 * fails while healing, the proxy is made anew. Of faults that begin together on one path, each is verified before the
 * next one is injected. While another fault is in force on the same path, none is surely seen to be healed.
 */
export function pathFault(options: PathFault): Fault {
  const { name, legend, cutsOff = false, breakPath, symptom } = options;
  const { needs = ["proxies"] } = options;
  return {
    name,
    legend,
    losesState: "none",
    cutsOff,
    needs: symptom.executes === undefined ? needs : [...needs, "redis"],
    async inject(site) {
      const aimed = site.paths.filter(({ replica }) => site.replicas.includes(replica));
      if (aimed.length < site.replicas.length)
        throw new Error(
          `${name} aims at replicas ${site.replicas.join(", ")}, of which not all have a proxy`,
        );
      const endTurn = await takeTurn(...aimed.map(({ proxy }) => proxy));
      try {
        const sight = await lookBefore({ name, site, symptom });
        const heal = await breakAll(name, site, aimed, breakPath);
        return injected(sight, heal, endTurn);
      } catch (error) {
        endTurn();
        throw error;
      }
    },
  };
}

function injected(sight: Sight, heal: () => Promise<void>, endTurn: () => void): Injected {
  let healed: Promise<void> | undefined;
  return {
    verify: () => seeBroken(sight).finally(endTurn),
    verifyHealed: () => seeHealed(sight),
    [Symbol.asyncDispose]() {
      endTurn();
      healed ??= heal();
      return healed;
    },
  };
}

/** Breaks all paths, or rejects with none broken; gives what mends them all, which never rejects. */
async function breakAll(
  name: string,
  site: FaultSite,
  ways: readonly RedisWay[],
  breakPath: PathFault["breakPath"],
): Promise<() => Promise<void>> {
  const outcomes = await Promise.all(ways.map(({ proxy }) => tryToBreak(proxy, breakPath)));
  const heal = async () => {
    const mended = await Promise.allSettled(outcomes.map(({ mend }) => mend()));
    for (const [index, outcome] of mended.entries())
      if (outcome.status === "rejected")
        noteFault(site, `${name} could not be healed on replica ${ways[index]?.replica}: ${outcome.reason}`);
  };
  const failed = outcomes.find(({ error }) => error !== null);
  if (failed === undefined) return heal;
  await heal();
  throw failed.error;
}

/** What was not confirmed may have been done all the same: the proxy is then made anew, as where mending fails. */
async function tryToBreak(
  proxy: ControlledProxy,
  breakPath: PathFault["breakPath"],
): Promise<{ readonly mend: Mend; readonly error: unknown }> {
  const calmDown = disturb(proxy);
  try {
    const mend = await breakPath(proxy);
    const mended = () => mend().catch(() => madeAnew(proxy));
    return { mend: () => mended().finally(calmDown), error: null };
  } catch (error) {
    return { mend: () => madeAnew(proxy).finally(calmDown), error };
  }
}

/** A control plane that hangs may come back: each try lasts as long as its deadlines allow. */
async function madeAnew(proxy: ControlledProxy, tries = 3): Promise<void> {
  try {
    await proxy.restore();
  } catch (error) {
    if (tries === 1) throw error;
    await madeAnew(proxy, tries - 1);
  }
}
