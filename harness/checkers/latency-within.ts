import type { Evidence } from "../history/evidence.ts";
import { outcomeCode } from "../history/requests.ts";
import type { Finding, FindingVerdict } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { answeredByLimiter, latencies } from "./latency-percentiles.ts";
import { type LoadQualityOptions, loadDoubt } from "./load-quality.ts";
import { percentiles } from "./percentile.ts";
import { judgedPhases } from "./phases-where.ts";

/** Give `ms`, `addedMs` or both. */
export interface LatencyWithinOptions {
  /** 0 to 100. @default 99 */
  readonly percentile?: number;
  /** The most that the percentile may be, in milliseconds from the intended instant. */
  readonly ms?: number;
  /**
   * The most that the percentile may be above that of the control requests of the same phase, in milliseconds: what
   * the limiter adds to what the machine costs. Too few control answers are inconclusive.
   */
  readonly addedMs?: number;
  /** Names of the phases. @default all judged, paced ones */
  readonly phases?: readonly string[];
  /** What the load must be like to be measured by. @default as for `loadQuality` */
  readonly load?: LoadQualityOptions;
}

/**
 * Fails when a judged, paced phase has a latency percentile (over what the limiter answered, from the intended
 * instant) above the limit. Inconclusive where the phase did not keep its schedule or has too few answers.
 * Throws a `RangeError` for options that measure nothing.
 */
export function latencyWithin(options: LatencyWithinOptions): Checker {
  const { percentile = 99, ms, addedMs } = options;
  if (ms === undefined && addedMs === undefined)
    throw new RangeError("latencyWithin needs a limit: give it `ms`, `addedMs` or both");
  if (!(percentile > 0 && percentile <= 100))
    throw new RangeError(`latencyWithin: percentile ${percentile} is not above 0 and at most 100`);
  return { name, check: ({ history }) => worstOf(judgePhases(history, { ...options, percentile })) };
}

const name = "latency-within";

interface PhaseLatency {
  readonly phase: string;
  readonly verdict: FindingVerdict;
  readonly summary: string;
  readonly numbers: Record<string, number>;
}

type Judged = LatencyWithinOptions & { readonly percentile: number };

function judgePhases(history: Evidence["history"], options: Judged): PhaseLatency[] {
  const paced = judgedPhases(history.phases, "open");
  const nameOf = (index: number): string => history.phases[index]?.name ?? "";
  const wanted = options.phases ?? paced.map(nameOf);
  return wanted.map((phase) => {
    const index = paced.find((candidate) => nameOf(candidate) === phase);
    return index === undefined
      ? { phase, verdict: "inconclusive", summary: `There is no judged, paced phase called ${phase}`, numbers: {} }
      : judgePhase(history, index, phase, options);
  });
}

function judgePhase(
  history: Evidence["history"],
  index: number,
  phase: string,
  { percentile, ms, addedMs, load }: Judged,
): PhaseLatency {
  const least = Math.ceil(100 / Math.max(1e-6, 100 - percentile));
  const own = percentileOf(history, index, answeredByLimiter, percentile);
  const control = percentileOf(history, index, [outcomeCode.control], percentile);
  const numbers: Record<string, number> = { answered: own.count };
  if (own.count > 0) numbers["latencyMs"] = own.ms;
  if (control.count > 0) numbers["controlMs"] = control.ms;
  if (own.count > 0 && control.count > 0) numbers["addedMs"] = own.ms - control.ms;
  const p = `p${percentile}`;
  const say = (verdict: FindingVerdict, summary: string): PhaseLatency => ({ phase, verdict, summary, numbers });
  if (percentile < 100 && own.count < least)
    return say("inconclusive", `${own.count} answers in ${phase} are too few for a ${p}: it takes ${least}`);
  if (own.count === 0) return say("inconclusive", `Nothing was answered in ${phase}`);
  const doubt = loadDoubt(history, [index], load);
  if (doubt !== null) return say("inconclusive", `The load of ${phase} was not kept: ${doubt}`);
  if (ms !== undefined && own.ms > ms)
    return say("fail", `${p} of ${own.ms.toFixed(2)} ms in ${phase} is above ${ms} ms`);
  if (addedMs === undefined) return say("pass", `${p} of ${own.ms.toFixed(2)} ms in ${phase} is within ${ms} ms`);
  if (control.count < (percentile < 100 ? least : 1))
    return say("inconclusive", `${control.count} control answers in ${phase} are too few for a ${p}`);
  const added = own.ms - control.ms;
  const above = `${p} in ${phase} is ${added.toFixed(2)} ms above that of control requests (${control.ms.toFixed(2)} ms)`;
  return added > addedMs
    ? say("fail", `${above}, more than ${addedMs} ms`)
    : say("pass", `${above}, within ${addedMs} ms`);
}

function percentileOf(
  { requests }: Evidence["history"],
  index: number,
  outcomes: readonly number[],
  percentile: number,
): { count: number; ms: number } {
  const { values, count } = latencies(requests, [index], outcomes);
  const [ms = Number.NaN] = percentiles(values, count, [percentile / 100]);
  return { count, ms };
}

const rank: Readonly<Record<FindingVerdict, number>> = { fail: 3, inconclusive: 2, pass: 1, "not-applicable": 0 };

/** The finding of the worst phase; among equals of the slowest. */
function worstOf(judged: readonly PhaseLatency[]): Finding {
  const base = { checker: name, kind: "measurement" } as const;
  const slowness = ({ numbers }: PhaseLatency): number => numbers["addedMs"] ?? numbers["latencyMs"] ?? 0;
  const [worst, ...others] = [...judged].sort(
    (a, b) => rank[b.verdict] - rank[a.verdict] || slowness(b) - slowness(a),
  );
  if (worst === undefined) {
    const summary = "No judged phase is paced: a saturating load has no latency of its own";
    return { ...base, verdict: "not-applicable", summary, numbers: {} };
  }
  const { verdict, summary, numbers } = worst;
  return { ...base, verdict, summary, numbers, notes: others.map((other) => other.summary) };
}
