import type { History, Visit } from "../../history/history.ts";
import { noPolicy, outcomeCode, type Requests, sourceCode } from "../../history/requests.ts";
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
  /** Requests past the limiter, in no class and not among the answered. */
  readonly controls: ControlTally;
}

/** Answered requests for the health of a life's gateway, by reading: whether they are counted anywhere nobody knows. */
export interface ControlTally {
  readonly sentBy: Float64Array;
  /** Those answered 200, in no other life for certain, whose answer had been there for the settling time. */
  readonly settledBy: Float64Array;
  /** What all of them took, in milliseconds. */
  readonly tookMs: number;
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
  readonly controls: { sentBy: Float64Array; settledBy: Float64Array; tookMs: number };
  readonly #index = new Map<number, number>();
  readonly #receivedMs: Float64Array;
  readonly #settledMs: Float64Array;

  constructor({ readings }: ToldLife, settleMs: number) {
    this.#receivedMs = Float64Array.from(readings, ({ receivedMs }) => receivedMs);
    this.#settledMs = Float64Array.from(readings, ({ requestedMs }) => requestedMs - settleMs);
    this.unknownBy = new Float64Array(readings.length);
    const [sentBy, settledBy] = [new Float64Array(readings.length), new Float64Array(readings.length)];
    this.controls = { sentBy, settledBy, tookMs: 0 };
  }

  /** `isCertain`: had it been counted as an admission, then here. */
  control(sentMs: number, receivedMs: number, isCertain: boolean): void {
    this.controls.tookMs += receivedMs - sentMs;
    addAt(this.controls.sentBy, firstFrom(this.#receivedMs, sentMs));
    if (isCertain) addAt(this.controls.settledBy, firstFrom(this.#settledMs, receivedMs));
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
    const { sentBy, settledBy } = this.controls;
    for (const counts of [...this.sentBy, ...this.settledBy, this.unknownBy, sentBy, settledBy])
      for (let i = 1; i < counts.length; i++) counts[i] = (counts[i] ?? 0) + (counts[i - 1] ?? 0);
  }
}

/**
 * Counts the requests of each of `lives`, and the visits of clients that own their subjects; one that may belong to two
 * lives counts as unknown in both. O(n log k).
 */
export function tallyRows(
  { requests, visits = [] }: Pick<History, "requests" | "visits">,
  lives: readonly ToldLife[],
  settleMs: number,
): LifeTally[] {
  const tallies = lives.map((life) => new Tally(life, settleMs));
  const places = lives.map((life, index): Place => ({ life, tally: tallies[index] }));
  const byReplica = Map.groupBy(places, ({ life }) => life.replica);
  for (let row = 0; row < requests.count; row++) {
    const own = isAsked(requests, row) ? byReplica.get(requests.replica[row] ?? 0) : undefined;
    if (own !== undefined) place(askedAt(requests, row), own);
  }
  for (const visit of visits) place(askedBy(visit), byReplica.get(visit.replica) ?? []);
  for (const tally of tallies) tally.sum();
  return tallies;
}

interface Place {
  readonly life: ToldLife;
  readonly tally: Tally | undefined;
}

/** One request, wherever it is recorded. */
interface Asked {
  readonly sentMs: number;
  /** NaN if it was not answered. */
  readonly receivedMs: number;
  /** Undefined if nobody knows. */
  readonly outcome: RowClass["outcome"] | "control" | undefined;
  readonly status: number;
  readonly source: number;
  readonly policy: number;
}

/** Whether anybody may have counted it. */
function isAsked({ outcome }: Requests, row: number): boolean {
  const code = outcome[row] ?? 0;
  const { control, error, lost } = outcomeCode;
  return outcomeOf.has(code) || code === control || code === error || code === lost;
}

function askedAt(requests: Requests, row: number): Asked {
  const code = requests.outcome[row] ?? 0;
  return {
    sentMs: requests.sentMs[row] ?? Number.NaN,
    receivedMs: requests.receivedMs[row] ?? Number.NaN,
    outcome: code === outcomeCode.control ? "control" : outcomeOf.get(code),
    status: requests.status[row] ?? 0,
    source: requests.source[row] ?? 0,
    policy: requests.policy[row] ?? noPolicy,
  };
}

function askedBy({ sentMs, receivedMs, outcome, source }: Visit): Asked {
  return {
    sentMs,
    receivedMs: receivedMs ?? Number.NaN,
    outcome: outcomeOf.get(outcomeCode[outcome]),
    status: 0,
    source: sourceCode[source],
    policy: noPolicy,
  };
}

/** Counts it in the last of the replica's places that had begun when it was sent. */
function place(asked: Asked, own: readonly Place[]): void {
  const { sentMs, receivedMs, outcome, source, policy } = asked;
  let at = own.length - 1;
  while (at > 0 && (own[at]?.life.fromMs ?? 0) > sentMs) at--;
  const { life, tally } = own[at] ?? {};
  const next = own[at + 1];
  if (life === undefined) return;
  const isBetween =
    sentMs < life.fromMs ||
    sentMs > life.untilMs ||
    receivedMs > (next?.life.fromMs ?? Number.POSITIVE_INFINITY);
  if (outcome === "control") {
    tally?.control(sentMs, receivedMs, asked.status === 200 && !isBetween);
    if (isBetween) next?.tally?.control(sentMs, receivedMs, false);
    return;
  }
  if (outcome !== undefined && !isBetween) {
    tally?.known(outcome, source, outcome === "denied" ? policy : noPolicy, sentMs, receivedMs);
    return;
  }
  tally?.unknown(sentMs);
  if (isBetween) next?.tally?.unknown(sentMs);
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
