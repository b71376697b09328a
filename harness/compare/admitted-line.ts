import type { Claim, Evidence } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { kindCode, type Trace, traceAt } from "../history/traces.ts";
import type { AdmittedLine } from "./comparison.ts";

/** Length of a slot. */
const slotMs = 100;

/**
 * What was let in over time, from the first judged phase to the end of the last. Each admission counts at the middle of
 * its interval, so this is an estimate for the eye; proofs are elsewhere. Linear in the requests and in subjects × slots.
 */
export function admittedLine({ history, claims }: Evidence): AdmittedLine {
  const judged = history.phases.filter(({ role }) => role === "judged");
  const fromMs = judged[0]?.fromMs ?? history.run.originMs;
  const untilMs = judged.at(-1)?.untilMs ?? fromMs;
  const ratios = new Float64Array(Math.max(1, Math.ceil((untilMs - fromMs) / slotMs)));
  for (const claim of claims) raiseTo(ratios, claim, fromMs);
  const after = <T extends { fromMs: number; untilMs: number; name: string }>(spans: readonly T[]) =>
    spans.map((span) => ({ name: span.name, fromMs: span.fromMs - fromMs, untilMs: span.untilMs - fromMs }));
  return {
    slotMs,
    ratios: Array.from(ratios, (ratio) => Number(ratio.toFixed(4))),
    phases: after(judged),
    faults: after(history.faults satisfies History["faults"]),
  };
}

/** Raises each slot to the fullest window of any subject that ends in it. */
function raiseTo(ratios: Float64Array, { policy, traces }: Claim, fromMs: number): void {
  const { limit, windowMs } = policy;
  for (let group = 0; group < traces.groups; group++) {
    const admissions = admissionsOf(traceAt(traces, group));
    let oldest = 0;
    let next = 0;
    let held = 0;
    const leave = (atMs: number): void => {
      for (let one = admissions[oldest]; one !== undefined && one.atMs <= atMs - windowMs; ) {
        held -= one.cost;
        one = admissions[++oldest];
      }
    };
    for (let slot = -1; slot < ratios.length; slot++) {
      const endMs = fromMs + (slot + 1) * slotMs;
      leave(endMs - slotMs);
      let most = held;
      for (let one = admissions[next]; one !== undefined && one.atMs < endMs; one = admissions[++next]) {
        leave(one.atMs);
        held += one.cost;
        most = Math.max(most, held);
      }
      if (slot >= 0) ratios[slot] = Math.max(ratios[slot] ?? 0, most / limit);
    }
  }
}

function admissionsOf(trace: Trace): { readonly atMs: number; readonly cost: number }[] {
  const found: { readonly atMs: number; readonly cost: number }[] = [];
  for (let at = 0; at < trace.length; at++) {
    if (trace.kind[at] !== kindCode.allowed) continue;
    const atMs = ((trace.sentMs[at] ?? 0) + (trace.untilMs[at] ?? 0)) / 2;
    found.push({ atMs, cost: trace.cost[at] ?? 0 });
  }
  return found.sort((a, b) => a.atMs - b.atMs);
}
