import type { History } from "../../history/history.ts";
import { noPolicy, outcomeCode, sourceCode } from "../../history/requests.ts";
import { cutOffAt } from "../../promises/decider.ts";
import { promiseOf } from "../../promises/promise-of.ts";

/** What was answered while the replica certainly could not hear of Redis, or says so. Rows of the history's requests. */
export interface CutOffAnswers {
  /** Allowed, denied or refused undecided. */
  readonly answered: number;
  /** Claim that Redis decided. */
  readonly lies: readonly number[];
  /** Allowed or denied without a word on who decided. */
  readonly unlabelled: number;
  /** Turned away although the fallback is `open`, or let in or denied although it is `closed`. */
  readonly undeclared: readonly number[];
  /** Let in without Redis, by their own word, although the fallback is `closed`: while Redis could be reached, perhaps. */
  readonly avowed: readonly number[];
}

/**
 * Holds every certain answer without Redis against what is declared. Of several policies one that is closed refuses
 * for all; a denial is blamed where all agree that there is none, or where it names the policy that has none. At any time
 * an answer that says itself that it let in without Redis is believed; a denial that says so may remember one of Redis's.
 */
export function answersCutOff(history: History): CutOffAnswers {
  const { requests } = history;
  const cutOff = cutOffAt(history);
  const isWrong = undeclaredOf(history);
  const lies: number[] = [];
  const undeclared: number[] = [];
  const avowed: number[] = [];
  const isClosed = history.promises.some(({ withoutRedis }) => withoutRedis?.kind === "closed");
  let answered = 0;
  let unlabelled = 0;
  for (let row = 0; row < requests.count; row++) {
    const outcome = requests.outcome[row] ?? 0;
    const decided = outcome === outcomeCode.allowed || outcome === outcomeCode.denied;
    if (!decided && outcome !== outcomeCode.unavailable) continue;
    const sentMs = requests.sentMs[row] ?? Number.NaN;
    const source = requests.source[row] ?? 0;
    if (!cutOff(requests.replica[row] ?? 0, sentMs, requests.receivedMs[row] ?? Number.NaN)) {
      if (isClosed && outcome === outcomeCode.allowed && source === sourceCode.local) avowed.push(row);
      continue;
    }
    answered++;
    if (source === sourceCode.redis) lies.push(row);
    else if (decided && source === sourceCode.unlabelled) unlabelled++;
    if (isWrong(row, outcome)) undeclared.push(row);
  }
  return { answered, lies, unlabelled, undeclared, avowed };
}

function undeclaredOf({ requests, promises }: History): (row: number, outcome: number) => boolean {
  const kinds = promises.map(({ withoutRedis }) => withoutRedis?.kind);
  const all = (kind: string): boolean => kinds.every((one) => one === kind);
  const some = (kind: string): boolean => kinds.some((one) => one === kind);
  const neverDenies = all("open") || all("closed");
  const neverRefuses = all("open");
  // What costs more than a policy can ever grant is turned away by any limiter.
  const capacity = promises.reduce(
    (least, { lower }) => Math.min(least, promiseOf(lower).capacity),
    Number.POSITIVE_INFINITY,
  );
  return (row, outcome) => {
    if (outcome === outcomeCode.allowed) return some("closed");
    if (outcome === outcomeCode.unavailable) return neverRefuses;
    if ((requests.cost[row] ?? 0) > capacity) return false;
    const named = requests.policy[row] ?? noPolicy;
    const kind = named === noPolicy ? undefined : kinds[named];
    return neverDenies || kind === "open" || kind === "closed";
  };
}
