import type { ControlledProxy } from "../toxiproxy/control.ts";
import type { Fault, FaultNeed, Injected } from "./fault.ts";
import { noteFault } from "./fault-notes.ts";
import type { FaultSite, RedisWay } from "./fault-site.ts";
import { askPaths, seeBroken, seeHealed } from "./see-paths.ts";
import type { Symptom } from "./symptom.ts";

/** Undoes what was done to one path; called once. */
export type Mend = () => Promise<void>;

/** One way in which the path between a replica and Redis breaks. */
export interface PathFault {
  readonly name: string;
  readonly legend: string;
  /** @default ["proxies"] */
  readonly needs?: readonly FaultNeed[];
  readonly breakPath: (proxy: ControlledProxy) => Promise<Mend>;
  readonly symptom: Symptom;
}

/**
 * A fault of the paths between replicas and Redis. Every path is asked before it is broken, while it is, and after it
 * was mended, and each is compared with itself; those that are not aimed at must stay as they were. Where a control
 * call fails while healing, the proxy is made anew. Of faults that overlap, each is to be verified before the next one
 * is injected, and seen to be healed after the last one was.
 */
export function pathFault({ name, legend, needs = ["proxies"], breakPath, symptom }: PathFault): Fault {
  return {
    name,
    legend,
    losesState: "none",
    needs,
    async inject(site) {
      const aimed = site.paths.filter(({ replica }) => site.replicas.includes(replica));
      if (aimed.length < site.replicas.length)
        throw new Error(
          `${name} aims at replicas ${site.replicas.join(", ")}, of which not all have a proxy`,
        );
      const before = await askPaths(site.paths, symptom);
      const mends = await breakAll(aimed, breakPath);
      const sight = { name, site, before, symptom };
      let healed: Promise<void> | undefined;
      const heal = () => {
        healed ??= healAll(name, site, aimed, mends);
        return healed;
      };
      return {
        verify: () => seeBroken(sight),
        verifyHealed: () => seeHealed(sight),
        [Symbol.asyncDispose]: heal,
      } satisfies Injected;
    },
  };
}

/** Breaks all paths, or rejects with none broken. */
async function breakAll(ways: readonly RedisWay[], breakPath: PathFault["breakPath"]): Promise<Mend[]> {
  const outcomes = await Promise.all(ways.map(({ proxy }) => tryToBreak(proxy, breakPath)));
  const failed = outcomes.find(({ error }) => error !== null);
  if (failed === undefined) return outcomes.map(({ mend }) => mend);
  await Promise.allSettled(outcomes.map(({ mend }) => mend()));
  throw failed.error;
}

/** What was not confirmed may have been done all the same: the proxy is then made anew, as where mending fails. */
async function tryToBreak(
  proxy: ControlledProxy,
  breakPath: PathFault["breakPath"],
): Promise<{ readonly mend: Mend; readonly error: unknown }> {
  try {
    const mend = await breakPath(proxy);
    return { mend: () => mend().catch(() => proxy.recreate()), error: null };
  } catch (error) {
    return { mend: () => proxy.recreate(), error };
  }
}

async function healAll(
  name: string,
  site: FaultSite,
  aimed: readonly RedisWay[],
  mends: readonly Mend[],
): Promise<void> {
  const outcomes = await Promise.allSettled(mends.map((mend) => mend()));
  for (const [index, outcome] of outcomes.entries())
    if (outcome.status === "rejected")
      noteFault(site, `${name} could not be healed on replica ${aimed[index]?.replica}: ${outcome.reason}`);
}
