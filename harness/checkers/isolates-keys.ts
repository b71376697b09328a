import { controlKey } from "../history/control-key.ts";
import type { Evidence } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";
import { percent } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { percentilesOf } from "./percentile.ts";
import { unplannedSlowCalls } from "./slow-calls.ts";

/** Options of `isolatesKeys`. */
export interface IsolatesKeysOptions {
  /** How the names of the calm subjects begin. */
  readonly calmPrefix: string;
  /** Phases with the same load in all: the rest of it spread over many subjects, or all from one. At least one pair. */
  readonly pairs: readonly { readonly spread: string; readonly beside: string }[];
  /** By so much the calm may be answered later beside the one, at the 90th percentile, in milliseconds. @default 25 */
  readonly addedMs?: number;
}

/**
 * Fails when calm subjects wait for a noisy one: in every pair they are answered later by more than `addedMs` at the
 * 90th percentile than beside the same load spread out, no answer being the latest, and the requests past the limiter,
 * sent at the same instants to the same gateways, are later by less than a quarter of that. What slows the machine
 * slows those too, and hardly does so in each of the one kind of phases and in none of the other. Where the load was
 * sent late or the harness's own calls to Redis were slow by as much as that quarter, it is inconclusive, and so it is
 * where answers are missing in both phases of a pair: silence cannot be subtracted from silence, and convicts only
 * beside a spread in which nearly all of the calm were answered. Whether the calm were wrongly denied,
 * `no-false-denials` proves; how many were denied is told.
 */
export function isolatesKeys({ calmPrefix, pairs, addedMs = 25 }: IsolatesKeysOptions): Checker {
  return {
    name: "isolates-keys",
    check: ({ history }: Evidence): Finding => {
      const waits = waitsOf(history, calmPrefix);
      const compared = pairs.map(({ spread, beside }) => comparedIn(waits(spread), waits(beside)));
      return {
        checker: "isolates-keys",
        kind: "measurement",
        ...verdictOf(history, compared, addedMs, pairs),
      };
    },
  };
}

const percentile = 90;
const explaining = 4;
/** Fewer requests than this say nothing of a percentile. */
const fewest = 50;
/** Where more of the calm than this went unanswered beside the many, silence beside the one is nothing new. */
const fewUnanswered = 0.01;

/** What became of one phase: latencies from the intended instant, Infinity without an answer. */
interface Waits {
  readonly calm: Float64Array;
  readonly controls: Float64Array;
  readonly lagMs: Float64Array;
  readonly denied: number;
}

interface Compared {
  readonly isEnough: boolean;
  /** Infinity is compared with a number only where that number is nearly everybody's. */
  readonly isComparable: boolean;
  readonly spreadMs: number;
  readonly besideMs: number;
  readonly excessMs: number;
  /** By how much the requests past the limiter were later. */
  readonly machineMs: number;
  readonly lagMs: number;
  readonly deniedSpread: number;
  readonly deniedBeside: number;
}

function waitsOf({ requests, subjects, phases }: History, calmPrefix: string): (phase: string) => Waits {
  const isCalm = Uint8Array.from(subjects, (name) => (name.startsWith(calmPrefix) ? 1 : 0));
  const control = subjects.indexOf(controlKey);
  return (name) => {
    const code = phases.findIndex((phase) => phase.name === name);
    const calm: number[] = [];
    const controls: number[] = [];
    const lag: number[] = [];
    let denied = 0;
    for (let row = 0; row < requests.count; row++) {
      const outcome = requests.outcome[row] ?? 0;
      if (requests.phase[row] !== code || outcome === outcomeCode.dropped || outcome === outcomeCode.blank)
        continue;
      const intended = requests.intendedMs[row] ?? 0;
      const waited = (requests.receivedMs[row] ?? Number.NaN) - intended;
      const waitedMs = Number.isNaN(waited) ? Number.POSITIVE_INFINITY : waited;
      const subject = requests.subject[row] ?? 0;
      if (subject === control) controls.push(waitedMs);
      else if (isCalm[subject] === 1) {
        calm.push(waitedMs);
        lag.push((requests.sentMs[row] ?? Number.NaN) - intended);
        if (outcome === outcomeCode.denied) denied++;
      }
    }
    return {
      calm: Float64Array.from(calm),
      controls: Float64Array.from(controls),
      lagMs: Float64Array.from(lag.filter((ms) => !Number.isNaN(ms))),
      denied,
    };
  };
}

function comparedIn(spread: Waits, beside: Waits): Compared {
  const [spreadMs = 0] = percentilesOf(spread.calm, [percentile]);
  const [besideMs = 0] = percentilesOf(beside.calm, [percentile]);
  const [before = 0] = percentilesOf(spread.controls, [percentile]);
  const [after = 0] = percentilesOf(beside.controls, [percentile]);
  const [lagMs = 0] = percentilesOf(beside.lagMs, [percentile]);
  const isSpreadAnswered =
    spread.calm.filter(Number.isFinite).length >= (1 - fewUnanswered) * spread.calm.length;
  return {
    isEnough: [spread, beside].every(
      ({ calm, controls }) => calm.length >= fewest && controls.length >= fewest,
    ),
    isComparable: Number.isFinite(spreadMs) && (Number.isFinite(besideMs) || isSpreadAnswered),
    spreadMs,
    besideMs,
    excessMs: besideMs - spreadMs,
    machineMs: after === Number.POSITIVE_INFINITY ? after : Math.max(0, after - before),
    lagMs,
    deniedSpread: spread.denied / spread.calm.length,
    deniedBeside: beside.denied / beside.calm.length,
  };
}

function verdictOf(
  history: History,
  compared: readonly Compared[],
  addedMs: number,
  pairs: IsolatesKeysOptions["pairs"],
): Omit<Finding, "checker" | "kind"> {
  const poor = compared.findIndex(({ isEnough }) => !isEnough);
  const silent = compared.findIndex(({ isComparable }) => !isComparable);
  const least = compared
    .filter(({ isComparable }) => isComparable)
    .sort((a, b) => a.excessMs - b.excessMs)[0];
  const undecided = (words: string, pair: number): Omit<Finding, "checker" | "kind"> => {
    const { spread = "", beside = "" } = pairs[pair] ?? {};
    return { verdict: "inconclusive", summary: `${words} in "${spread}" and "${beside}"`, numbers: {} };
  };
  if (poor >= 0) return undecided("Too few requests of the calm, or past the limiter,", poor);
  if (least === undefined || (silent >= 0 && least.excessMs > addedMs))
    return undecided("So many of the calm were left without an answer that nothing can be compared", silent);
  const numbers = {
    spreadMs: least.spreadMs,
    besideMs: least.besideMs,
    addedMs: least.excessMs,
    calmDeniedShareSpread: Math.max(...compared.map(({ deniedSpread }) => deniedSpread)),
    calmDeniedShareBeside: Math.max(...compared.map(({ deniedBeside }) => deniedBeside)),
  };
  const words = `The calm were answered within ${inMs(least.besideMs)} beside the noisy one, within ${inMs(least.spreadMs)} beside as many requests of many (p${percentile})`;
  const notes = [
    `Of the calm ${percent(numbers.calmDeniedShareBeside)} were denied beside the noisy one, ${percent(numbers.calmDeniedShareSpread)} beside the many`,
  ];
  if (least.excessMs <= addedMs) return { verdict: "pass", summary: words, numbers, notes };
  const doubt = doubtIn(history, compared);
  return doubt === null
    ? { verdict: "fail", summary: `${words}: more than ${addedMs} ms later`, numbers, notes }
    : { verdict: "inconclusive", summary: `${words}, but ${doubt}`, numbers, notes };
}

/** Whatever else is a quarter as long as what is to be explained. */
function doubtIn(history: History, compared: readonly Compared[]): string | null {
  const explains = (ms: number, { excessMs }: Compared): boolean => explaining * ms >= excessMs;
  if (compared.some((one) => explains(one.machineMs, one)))
    return "requests past the limiter were answered later, too";
  if (compared.some((one) => explains(one.lagMs, one))) return "the load was sent late";
  const slow = unplannedSlowCalls(history).filter(({ fromMs, untilMs }) =>
    compared.some((one) => explains(untilMs - fromMs, one)),
  );
  return slow.length > 0.01 * history.redisPath.asked
    ? "Redis itself was slow to answer past the limiter"
    : null;
}

function inMs(ms: number): string {
  return ms === Number.POSITIVE_INFINITY ? "no time at all" : `${ms.toFixed(1)} ms`;
}
