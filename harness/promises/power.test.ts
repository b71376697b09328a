import { expect, it } from "vitest";
import type { Promised } from "../../limiter/promised.ts";
import { type Random, seededRandom } from "../load/random.ts";
import { couldAllBeAdmitted, type Interval } from "./brute-force.ts";
import { hasPhase } from "./has-phase.ts";
import { ledgerFromIntervals } from "./ledger-from-intervals.ts";
import { promiseOf } from "./promise-of.ts";
import { spanRecord } from "./span-record.ts";

/** How much of what is infeasible each kind convicts, at the least; measured shares are printed. */
const kinds: readonly { readonly promised: Promised; readonly atLeast: number }[] = [
  { promised: { kind: "window", limit: 2, windowMs: 4 }, atLeast: 0.9 },
  { promised: { kind: "rate", burst: 2, limit: 2, windowMs: 4 }, atLeast: 0.9 },
  { promised: { kind: "two-counters", limit: 2, windowMs: 4 }, atLeast: 0.35 },
  { promised: { kind: "two-counters", limit: 2, windowMs: 4, phase: "unknown" }, atLeast: 0.3 },
  { promised: { kind: "fixed", limit: 2, windowMs: 4, phase: "epoch" }, atLeast: 0.8 },
  { promised: { kind: "fixed", limit: 2, windowMs: 4, phase: "unknown" }, atLeast: 0.75 },
  { promised: { kind: "fixed", limit: 2, windowMs: 4, phase: "first-hit" }, atLeast: 0.6 },
];

it.each(kinds.map((kind) => ({ name: Object.values(kind.promised).join(" "), ...kind })))(
  "$name convicts most of what no exact limiter could have admitted",
  ({ name, promised, atLeast }) => {
    const random = seededRandom(1, name);
    const offsetsMs = hasPhase(promised, ["unknown"]) ? [0, 1, 2, 3] : [0];
    let infeasible = 0;
    let convicted = 0;
    for (let run = 0; run < 1_500; run++) {
      const rows = randomIntervals(random);
      if (couldAllBeAdmitted(rows, promised, { offsetsMs })) continue;
      infeasible++;
      const spans = spanRecord();
      const known = offsetsMs.length > 1 || promised.kind === "window" ? null : { atLeast: 0, atMost: 0 };
      promiseOf(promised).judgeSpans(
        ledgerFromIntervals(rows),
        { slackMs: 0, longSlackMs: 0, epochOffsetMs: known },
        spans,
      );
      if (spans.worst() !== null) convicted++;
    }
    const share = convicted / infeasible;
    console.info(
      `${name}: ${convicted} of ${infeasible} infeasible histories convicted, ${(100 * share).toFixed(1)} %`,
    );
    expect(share).toBeGreaterThan(atLeast);
  },
);

/** Three to six requests with intervals of up to three milliseconds. */
function randomIntervals(random: Random): Interval[] {
  const runMs = 5 + Math.floor(random() * 12);
  return Array.from({ length: 3 + Math.floor(random() * 4) }, () => {
    const sentMs = Math.floor(random() * runMs);
    const cost = random() < 0.8 ? 1 : 2;
    return { sentMs, untilMs: sentMs + Math.floor(random() * 4), cost };
  });
}
