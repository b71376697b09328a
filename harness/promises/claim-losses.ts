import type { Claim } from "../history/evidence.ts";
import type { History, ReplicaLife } from "../history/history.ts";
import { sourceCode } from "../history/requests.ts";
import { alwaysLocal } from "./decider.ts";
import { type Losses, lossesOf } from "./eras.ts";
import { declaresWithoutRedis } from "./without-redis.ts";

/**
 * When state of a group of `claim`'s traces may have been lost: by the faults, and for who keeps it in its own memory with
 * each process that was followed by another. Where replicas count alone, only the end of the group's own one is that. A
 * loss only takes spans out of what is judged, so none that is granted too much convicts anybody.
 */
export function claimLosses({ traces, promises }: Claim, history: History): (group: number) => Losses {
  const { faults, requests } = history;
  const ends = keepsInMemory(history) ? endsOf(history.lives) : [];
  const byFaults = lossesOf(faults, promises);
  if (ends.length === 0) return () => byFaults;
  const known = new Map<number, Losses>();
  return (group) => {
    const row = traces.row[traces.starts[group] ?? 0] ?? 0;
    const alone = promises.isPerReplica === true ? (requests.replica[row] ?? 0) : everybody;
    const own = ends.filter(({ replica }) => alone === everybody || replica === alone);
    const losses = known.get(alone) ?? lossesOf(faults, promises, own);
    known.set(alone, losses);
    return losses;
  };
}

/** No index of a replica. */
const everybody = -1;

/** One process of `replica` had ended from `fromMs` on, and the next one began at `untilMs`. */
interface End {
  readonly replica: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Who declares nothing for the time without Redis, and decided all locally, has its state in its process; so have replicas
 * that each keep the promise alone, unless an answer names Redis.
 */
function keepsInMemory({ promises, requests }: History): boolean {
  if (declaresWithoutRedis(promises)) return false;
  if (alwaysLocal(requests)) return true;
  const isPerReplica = promises.some((promised) => promised.isPerReplica === true);
  return isPerReplica && !requests.source.subarray(0, requests.count).includes(sourceCode.redis);
}

function endsOf(lives: readonly ReplicaLife[]): End[] {
  return lives.flatMap(({ replica, untilMs }) => {
    if (untilMs === null) return [];
    const later = lives.filter((life) => life.replica === replica && life.fromMs >= untilMs);
    if (later.length === 0) return [];
    return [{ replica, fromMs: untilMs, untilMs: Math.min(...later.map(({ fromMs }) => fromMs)) }];
  });
}
