import { noPolicy, type Requests, refundCode } from "../history/requests.ts";
import type { Arrival, Load } from "./arrival.ts";
import { seededRandom } from "./random.ts";
import { spread } from "./spread.ts";
import { type KeyShare, weightedKeys } from "./weighted-keys.ts";

/** A phase as far as its load goes: a paced one has arrivals, a saturating one only requests without a time. */
export type PhaseLoad =
  | { readonly name: string; readonly load: Load }
  | {
      readonly name: string;
      readonly saturate: { readonly requests: number; readonly keys: readonly KeyShare[] };
    };

/** Options of `compileSchedule`. */
export interface ScheduleOptions {
  readonly seed: number;
  readonly replicas: number;
}

/** The rows [fromRow, untilRow) of the requests that belong to one phase. */
export interface PhaseRows {
  readonly fromRow: number;
  readonly untilRow: number;
}

/** The greatest cost that a history can hold. */
const mostCost = 2 ** 31 - 1;

/** All arrivals of a run in columns, phase by phase: 19 bytes each. */
export interface Schedule {
  readonly count: number;
  /** In the order of the phases that were given. */
  readonly phases: readonly PhaseRows[];
  /** Names of the subjects; the column `subject` holds indices into it. */
  readonly subjects: readonly string[];
  /** Milliseconds after the start of the phase; NaN in a saturating one. */
  readonly atMs: Float64Array;
  readonly subject: Uint32Array;
  readonly cost: Uint32Array;
  /** The replica to ask; 0 in a saturating phase, whose engine chooses. */
  readonly replica: Uint16Array;
  /** As the requests code it. */
  readonly refund: Uint8Array;
}

/**
 * Draws every phase's arrivals. Each phase has streams of its own by its name, so a phase keeps its arrivals when
 * another one changes. Throws a RangeError that names the phase when a load breaks its contract.
 */
export function compileSchedule(phases: readonly PhaseLoad[], { seed, replicas }: ScheduleOptions): Schedule {
  const names = new Set(phases.map(({ name }) => name));
  if (names.size < phases.length) throw new RangeError("Two phases of one scenario have the same name.");
  for (const name of names) requireWellFormed(name, "The name of a phase");
  const columns = growingColumns();
  const rows = phases.map((phase) => {
    const fromRow = columns.count();
    const random = seededRandom(seed, phase.name);
    if ("load" in phase) {
      const nextReplica = spread(replicas, seededRandom(seed, `${phase.name}/replicas`));
      let lastMs = 0;
      for (const arrival of phase.load.arrivals(random)) {
        requireSound(arrival, lastMs, phase.load.durationMs, phase.name, replicas);
        lastMs = arrival.atMs;
        columns.push(arrival, arrival.replica ?? nextReplica());
      }
    } else {
      const keys = weightedKeys(phase.saturate.keys);
      for (let i = 0; i < phase.saturate.requests; i++)
        columns.push({ atMs: Number.NaN, key: keys(random) }, 0);
    }
    return { fromRow, untilRow: columns.count() };
  });
  return { ...columns.trimmed(), count: columns.count(), phases: rows };
}

/**
 * Copies the schedule into blank `requests` of at least as many rows. `intendedMs` is left relative to the start
 * of the phase: whoever starts the phase adds the instant with `startPhase`.
 */
export function fillRequests(requests: Requests, schedule: Schedule): void {
  if (requests.count < schedule.count)
    throw new RangeError(`${schedule.count} arrivals do not fit into ${requests.count} rows.`);
  requests.intendedMs.set(schedule.atMs);
  requests.subject.set(schedule.subject);
  requests.cost.set(schedule.cost);
  requests.replica.set(schedule.replica);
  requests.refund.set(schedule.refund);
  requests.sentMs.fill(Number.NaN, 0, schedule.count);
  requests.receivedMs.fill(Number.NaN, 0, schedule.count);
  requests.retryAfterMs.fill(Number.NaN, 0, schedule.count);
  requests.remaining.fill(-1, 0, schedule.count);
  requests.policy.fill(noPolicy, 0, schedule.count);
  for (const [phase, { fromRow, untilRow }] of schedule.phases.entries())
    requests.phase.fill(phase, fromRow, untilRow);
}

/** Makes the intended instants of a phase absolute, once it is known when the phase starts (monotonic ms). */
export function startPhase(requests: Requests, { fromRow, untilRow }: PhaseRows, startMs: number): void {
  const { intendedMs } = requests;
  for (let row = fromRow; row < untilRow; row++) intendedMs[row] = (intendedMs[row] ?? Number.NaN) + startMs;
}

function requireSound(
  { atMs, cost = 1, replica = 0 }: Arrival,
  lastMs: number,
  durationMs: number,
  phase: string,
  replicas: number,
): void {
  if (!(atMs >= lastMs && atMs < durationMs))
    throw new RangeError(
      `Phase ${phase}: an arrival at ${atMs} ms is out of order or outside [0, ${durationMs}) ms.`,
    );
  if (!(Number.isInteger(cost) && cost >= 1 && cost <= mostCost))
    throw new RangeError(
      `Phase ${phase}: a cost must be whole, at least 1 and at most ${mostCost}, not ${cost}.`,
    );
  if (!(Number.isInteger(replica) && replica >= 0 && replica < replicas))
    throw new RangeError(`Phase ${phase}: there is no replica ${replica} among ${replicas}.`);
}

/** UTF-8 has no bytes for half a surrogate pair: on the wire and in the history two such names would be one. */
function requireWellFormed(name: string, what: string): void {
  if (name.isWellFormed()) return;
  throw new RangeError(`${what} has half a surrogate pair: ${JSON.stringify(name.slice(0, 40))}.`);
}

/** Columns that double when they are full, and the names that were met. */
function growingColumns() {
  let room = 1024;
  let count = 0;
  let atMs = new Float64Array(room);
  let subject = new Uint32Array(room);
  let cost = new Uint32Array(room);
  let replica = new Uint16Array(room);
  let refund = new Uint8Array(room);
  const subjects: string[] = [];
  const indices = new Map<string, number>();
  return {
    count: () => count,
    push({ atMs: arrivalMs, key, cost: arrivalCost = 1, refund: asked }: Arrival, arrivalReplica: number) {
      if (count === room) {
        room *= 2;
        atMs = grown(atMs, new Float64Array(room));
        subject = grown(subject, new Uint32Array(room));
        cost = grown(cost, new Uint32Array(room));
        replica = grown(replica, new Uint16Array(room));
        refund = grown(refund, new Uint8Array(room));
      }
      let index = indices.get(key);
      if (index === undefined) {
        requireWellFormed(key, "A key");
        index = subjects.push(key) - 1;
        indices.set(key, index);
      }
      atMs[count] = arrivalMs;
      subject[count] = index;
      cost[count] = arrivalCost;
      replica[count] = arrivalReplica;
      refund[count] = refundCode[asked ?? "none"];
      count++;
    },
    trimmed: () => ({
      subjects,
      atMs: atMs.subarray(0, count),
      subject: subject.subarray(0, count),
      cost: cost.subarray(0, count),
      replica: replica.subarray(0, count),
      refund: refund.subarray(0, count),
    }),
  };
}

function grown<T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
