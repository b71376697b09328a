import type { History } from "../history/history.ts";
import { outcomeCode, sourceCode } from "../history/requests.ts";

/** Who decided a request: `either` where its answer does not say, and a fault was near. */
export type Decider = "redis" | "local" | "either";

/** Who decided what `replica` answered in [sentMs, receivedMs] with that code of a source. */
export type DeciderOf = (replica: number, source: number, sentMs: number, receivedMs: number) => Decider;

/** Says whether `replica` certainly could not hear of Redis throughout [sentMs, receivedMs]. */
export type CutOffAt = (replica: number, sentMs: number, receivedMs: number) => boolean;

/**
 * From the faults that were seen to take effect and let no answer of Redis through: a request that was sent once such
 * a fault was in force, and answered before it began to be healed, was decided without Redis.
 */
export function cutOffAt({ faults }: Pick<History, "faults">): CutOffAt {
  const cuts = faults.filter(({ cutsOff = false, verified }) => cutsOff && verified !== null);
  return (replica, sentMs, receivedMs) =>
    cuts.some(
      (cut) => cut.injectedMs < sentMs && receivedMs < cut.healingMs && cut.replicas.includes(replica),
    );
}

/**
 * Believes what an answer says of itself. One that says nothing was decided by Redis, unless the limiter declares what
 * it does without Redis and a fault of its replica was in force up to `afterMs` before. A limiter that declares no such
 * thing, and in the whole run never decided otherwise than locally, has no other way: what it promises holds of that.
 */
export function deciderOf(
  history: Pick<History, "faults" | "promises" | "requests">,
  afterMs: number,
): DeciderOf {
  const { faults, promises, requests } = history;
  const declared = promises.some(({ withoutRedis }) => withoutRedis !== undefined);
  if (!declared && alwaysLocal(requests)) return () => "redis";
  const cutOff = cutOffAt({ faults });
  return (replica, source, sentMs, receivedMs) => {
    if (source === sourceCode.redis) return "redis";
    if (source === sourceCode.local) return "local";
    if (!declared || faults.length === 0) return "redis";
    if (cutOff(replica, sentMs, receivedMs)) return "local";
    const near = faults.some(
      (fault) =>
        receivedMs >= fault.fromMs && sentMs <= fault.untilMs + afterMs && fault.replicas.includes(replica),
    );
    return near ? "either" : "redis";
  };
}

function alwaysLocal({ count, outcome, source }: History["requests"]): boolean {
  for (let row = 0; row < count; row++) {
    const isDecided = outcome[row] === outcomeCode.allowed || outcome[row] === outcomeCode.denied;
    if (isDecided && source[row] !== sourceCode.local) return false;
  }
  return true;
}
