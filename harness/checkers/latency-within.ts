import { controlKey } from "../history/control-key.ts";
import type { Evidence } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { latencies } from "./latency-percentiles.ts";
import { machineDoubt } from "./machine-doubt.ts";
import { percentilesOf } from "./percentile.ts";
import { measuredPhases } from "./phases-of.ts";

/** How much slower a decision may be than a request that no limiter guards. */
export interface LatencyWithinOptions {
  /** 0 to 100. @default 99 */
  readonly percentile?: number;
  /** Milliseconds that the limiter may add at that percentile, if it declares nothing else. */
  readonly addedMs: number;
  /** Names of phases. @default every judged, paced phase */
  readonly phases?: readonly string[];
}

/** Fewer controls than this say nothing about a percentile. */
const fewestControls = 100;

/**
 * Fails when decisions are more than `addedMs` slower, at the percentile, than the control requests that were sent
 * at the same instants to the same gateways past the limiter. Counted from the intended instant. On a machine that
 * did not keep the schedule, or where the controls themselves are slow, the excess is inconclusive. Not applicable where
 * the gateways answer nothing past the limiter, so that no controls were sent. A limiter that leaves open what it adds
 * breaks no word by it, some take their time on purpose: its numbers are told, for gates and baselines.
 */
export function latencyWithin({ percentile = 99, addedMs: usualMs, phases }: LatencyWithinOptions): Checker {
  return {
    name: "latency-within",
    check: ({ history }: Evidence): Finding => {
      const measured = measuredPhases(history, phases);
      const decisions = latencies(history.requests, measured, "decisions");
      const controls = latencies(history.requests, measured, "controls");
      const [decisionMs = Number.NaN] = percentilesOf(decisions, [percentile]);
      const [controlMs = Number.NaN] = percentilesOf(controls, [percentile]);
      const base = { checker: "latency-within", kind: "measurement" as const };
      if (decisions.length === 0) {
        return {
          ...base,
          verdict: "inconclusive",
          summary: "No decision was answered in a paced phase",
          numbers: {},
        };
      }
      const numbers = { decisionMs, controlMs, addedMs: decisionMs - controlMs, controls: controls.length };
      const p = `p${percentile}`;
      const words = `${p} ${decisionMs.toFixed(1)} ms, ${controlMs.toFixed(1)} ms without the limiter`;
      if (!history.subjects.includes(controlKey)) {
        const summary = `${p} ${decisionMs.toFixed(1)} ms, which nothing was compared with: the gateways have no /healthz`;
        return { ...base, verdict: "not-applicable", summary, numbers: { decisionMs } };
      }
      if (controls.length < fewestControls) {
        const summary = `Only ${controls.length} control ${controls.length === 1 ? "request was" : "requests were"} answered, too few to tell the limiter from the machine`;
        return {
          ...base,
          verdict: "inconclusive",
          summary,
          numbers: { decisionMs, controls: controls.length },
        };
      }
      const addedMs = allowedMs(history, usualMs);
      if (addedMs === null) {
        const summary = `${words}; what it may add is not declared (--adds-at-most), so this is told and not judged`;
        return { ...base, verdict: "pass", summary, numbers };
      }
      if (decisionMs - controlMs <= addedMs) return { ...base, verdict: "pass", summary: words, numbers };
      const doubt = machineDoubt(history, addedMs / 5, phases);
      const excess = `${words}: more than the ${addedMs} ms that it may add`;
      return doubt === null
        ? { ...base, verdict: "fail", summary: excess, numbers }
        : { ...base, verdict: "inconclusive", summary: `${excess}, but ${doubt}`, numbers };
    },
  };
}

/** The most that any policy declares, `usualMs` where none says anything of it; null where that is left open. */
function allowedMs({ promises }: History, usualMs: number): number | null {
  const declared = promises.flatMap(({ addsAtMostMs }) => (addsAtMostMs === undefined ? [] : [addsAtMostMs]));
  if (declared.includes(null)) return null;
  return declared.reduce<number>((most, ms) => Math.max(most, ms ?? 0), declared.length === 0 ? usualMs : 0);
}
