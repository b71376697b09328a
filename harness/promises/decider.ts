import type { History } from "../history/history.ts";
import { outcomeCode, sourceCode } from "../history/requests.ts";
import { declaresWithoutRedis, undeclaredReturnMs } from "./without-redis.ts";

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
 * How to read an answer near a fault that does not say who decided it, of a limiter that declares nothing for the time
 * without Redis: `doubted`, it may have been alone; `counted`, as Redis's, which shows that the promise was kept all the
 * same, but convicts nobody.
 */
export type Undeclared = "doubted" | "counted";

/**
 * Believes what an answer says of itself. One that says nothing was decided by Redis, unless a fault of its replica was
 * in force up to `afterMs` before, or up to `undeclaredReturnMs` where the limiter does not declare what it does without
 * Redis. A limiter that declares no such thing, and in the whole run never decided otherwise than locally, has no
 * other way: what it promises holds of that.
 */
export function deciderOf(
  history: Pick<History, "faults" | "promises" | "requests">,
  afterMs: number,
  undeclared: Undeclared = "doubted",
): DeciderOf {
  const { faults, promises, requests } = history;
  const declared = declaresWithoutRedis(promises);
  if (!declared && alwaysLocal(requests)) return () => "redis";
  const nearMs = declared ? afterMs : Math.max(afterMs, undeclaredReturnMs);
  const cutOff = cutOffAt({ faults });
  // A clock that is set keeps nobody from Redis.
  const keepAway = declared ? faults : faults.filter(({ clockStepMs = 0 }) => clockStepMs === 0);
  return (replica, source, sentMs, receivedMs) => {
    if (source === sourceCode.redis) return "redis";
    if (source === sourceCode.local) return "local";
    if (faults.length === 0 || (!declared && undeclared === "counted")) return "redis";
    if (cutOff(replica, sentMs, receivedMs)) return "local";
    const near = keepAway.some(
      (fault) =>
        receivedMs >= fault.fromMs && sentMs <= fault.untilMs + nearMs && fault.replicas.includes(replica),
    );
    return near ? "either" : "redis";
  };
}

/**
 * Who let in. `closed` lets nobody in without Redis: where some policy declares it, Redis let in, or the word is broken,
 * whatever the answer says of itself and whatever was in force. So what was let in counts against the promise.
 */
export function admitterOf(
  history: Pick<History, "faults" | "promises" | "requests">,
  afterMs: number,
  undeclared?: Undeclared,
): DeciderOf {
  const isClosed = history.promises.some(({ withoutRedis }) => withoutRedis?.kind === "closed");
  return isClosed ? () => "redis" : deciderOf(history, afterMs, undeclared);
}

/**
 * Who turned away. Without Redis `open` lets in and `closed` refuses undecided: where every policy declares one of them,
 * Redis turned away, now or in an answer that is remembered, or the word is broken.
 */
export function denierOf(
  history: Pick<History, "faults" | "promises" | "requests">,
  afterMs: number,
  undeclared?: Undeclared,
): DeciderOf {
  const kinds = history.promises.map(({ withoutRedis }) => withoutRedis?.kind);
  const neverAlone = kinds.every((kind) => kind === "open" || kind === "closed");
  return neverAlone ? () => "redis" : deciderOf(history, afterMs, undeclared);
}

/** Whether every decision says that it was made locally. */
export function alwaysLocal({ count, outcome, source }: History["requests"]): boolean {
  for (let row = 0; row < count; row++) {
    const isDecided = outcome[row] === outcomeCode.allowed || outcome[row] === outcomeCode.denied;
    if (isDecided && source[row] !== sourceCode.local) return false;
  }
  return true;
}
