import type { History } from "../../history/history.ts";
import { noPolicy, outcomeCode, type Requests } from "../../history/requests.ts";
import type { ToldLife } from "./told-lives.ts";

/** What an answer says, as far as a counter may tell it apart. */
export interface RowClass {
  readonly outcome: "allowed" | "denied" | "unavailable";
  /** Code of the source. */
  readonly source: number;
  /** Index of the policy that the answer names; `noPolicy` if none. */
  readonly policy: number;
}

/** How many requests a life had when it was read. All counts grow from reading to reading. */
export interface LifeTally {
  readonly classes: readonly RowClass[];
  /** For each class and reading: answered requests that had been sent when it was received. */
  readonly sentBy: readonly Float64Array[];
  /** For each class and reading: those whose answer had been there for the settling time when it was asked for. */
  readonly settledBy: readonly Float64Array[];
  /** For each reading: requests sent by then of which nobody knows whether they were decided, or by which life. */
  readonly unknownBy: Float64Array;
  /** Answered in this life, whether before or after a reading. */
  readonly answered: number;
}

const outcomeOf = new Map<number, RowClass["outcome"]>([
  [outcomeCode.allowed, "allowed"],
  [outcomeCode.denied, "denied"],
  [outcomeCode.unavailable, "unavailable"],
]);

class Tally implements LifeTally {
  readonly classes: RowClass[] = [];
  readonly sentBy: Float64Array[] = [];
  readonly settledBy: Float64Array[] = [];
  readonly unknownBy: Float64Array;
  answered = 0;
  readonly #index = new Map<number, number>();
  readonly #receivedMs: Float64Array;
  readonly #settledMs: Float64Array;

  constructor({ readings }: ToldLife, settleMs: number) {
    this.#receivedMs = Float64Array.from(readings, ({ receivedMs }) => receivedMs);
    this.#settledMs = Float64Array.from(readings, ({ requestedMs }) => requestedMs - settleMs);
    this.unknownBy = new Float64Array(readings.length);
  }

  unknown(sentMs: number): void {
    addAt(this.unknownBy, firstFrom(this.#receivedMs, sentMs));
  }

  known(
    outcome: RowClass["outcome"],
    source: number,
    policy: number,
    sentMs: number,
    receivedMs: number,
  ): void {
    this.answered++;
    const id = (source * 256 + policy) * 3 + (outcome === "allowed" ? 0 : outcome === "denied" ? 1 : 2);
    let at = this.#index.get(id);
    if (at === undefined) {
      at = this.classes.push({ outcome, source, policy }) - 1;
      this.#index.set(id, at);
      this.sentBy.push(new Float64Array(this.unknownBy.length));
      this.settledBy.push(new Float64Array(this.unknownBy.length));
    }
    addAt(this.sentBy[at], firstFrom(this.#receivedMs, sentMs));
    addAt(this.settledBy[at], firstFrom(this.#settledMs, receivedMs));
  }

  sum(): void {
    for (const counts of [...this.sentBy, ...this.settledBy, this.unknownBy])
      for (let i = 1; i < counts.length; i++) counts[i] = (counts[i] ?? 0) + (counts[i - 1] ?? 0);
  }
}

/** Counts the requests of each of `lives`; one that may belong to two counts as unknown in both. O(n log k). */
export function tallyRows({ requests }: History, lives: readonly ToldLife[], settleMs: number): LifeTally[] {
  const tallies = lives.map((life) => new Tally(life, settleMs));
  const byReplica = new Map<number, number[]>();
  for (const [index, { replica }] of lives.entries())
    byReplica.set(replica, [...(byReplica.get(replica) ?? []), index]);
  for (let row = 0; row < requests.count; row++) {
    const own = isDecided(requests, row) ? byReplica.get(requests.replica[row] ?? 0) : undefined;
    if (own !== undefined) place(requests, row, own, lives, tallies);
  }
  for (const tally of tallies) tally.sum();
  return tallies;
}

/** Whether a limiter may have decided it. */
function isDecided({ outcome }: Requests, row: number): boolean {
  const code = outcome[row] ?? 0;
  return outcomeOf.has(code) || code === outcomeCode.error || code === outcomeCode.lost;
}

function place(
  requests: Requests,
  row: number,
  own: readonly number[],
  lives: readonly ToldLife[],
  tallies: readonly Tally[],
): void {
  const sentMs = requests.sentMs[row] ?? Number.NaN;
  const receivedMs = requests.receivedMs[row] ?? Number.NaN;
  let at = own.length - 1;
  while (at > 0 && (lives[own[at] ?? 0]?.fromMs ?? 0) > sentMs) at--;
  const life = lives[own[at] ?? 0];
  const tally = tallies[own[at] ?? 0];
  const next = own[at + 1] ?? -1;
  const outcome = outcomeOf.get(requests.outcome[row] ?? 0);
  const isBetween =
    sentMs < (life?.fromMs ?? 0) ||
    sentMs > (life?.untilMs ?? 0) ||
    receivedMs > (lives[next]?.fromMs ?? Infinity);
  if (outcome !== undefined && !isBetween) {
    const policy = outcome === "denied" ? (requests.policy[row] ?? noPolicy) : noPolicy;
    tally?.known(outcome, requests.source[row] ?? 0, policy, sentMs, receivedMs);
    return;
  }
  tally?.unknown(sentMs);
  if (isBetween) tallies[next]?.unknown(sentMs);
}

/** Index of the first of `instants`, which rise, that is not before `atMs`; their number if there is none. */
function firstFrom(instants: Float64Array, atMs: number): number {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] ?? 0) >= atMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

function addAt(counts: Float64Array | undefined, at: number): void {
  if (counts !== undefined && at < counts.length) counts[at] = (counts[at] ?? 0) + 1;
}
