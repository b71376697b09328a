import { evidenceOf } from "../../harness/history/evidence-of.ts";
import type { History } from "../../harness/history/history.ts";
import { kindCode } from "../../harness/history/traces.ts";
import { denialScratch, denialsOf } from "../../harness/promises/denials.ts";
import type { Witness } from "../../harness/verdict/finding.ts";
import { deniedWithin } from "./denied-within.ts";
import type { Tick, WitnessPicture } from "./witness-picture.ts";

/**
 * What may have counted against a request that was turned away: each request that the witness names at the height of the most
 * that can have been used just as it was sent, under the limit that the denial is judged by. `null` where there is
 * no limit, and where it is not known which requests make the cost.
 */
export function turnedAwayPicture(history: History, witness: Witness): WitnessPicture | null {
  const { fromMs, untilMs, bound } = witness;
  if (!Number.isFinite(bound)) return null;
  const spanMs = untilMs - fromMs;
  const ticks = possibleUse(history, witness);
  if (ticks.length === 0 && witness.cost > 0) return null;
  const denied = deniedWithin(history, witness);
  return {
    spanMs,
    ticks,
    tickCount: ticks.length,
    denied,
    deniedCount: denied.length,
    promise: [0, spanMs].map((atMs) => ({ atMs, cost: bound })),
    overAbove: Number.POSITIVE_INFINITY,
  };
}

/** As `no-false-denials` works it out; nothing where the bound is another than the policy's own, as a replica's share is. */
function possibleUse(history: History, witness: Witness): readonly Tick[] {
  const { subject, policy, fromMs, untilMs, bound, rows } = witness;
  const claim = evidenceOf(history).claims.find(({ policy: { name } }) => name === policy);
  if (claim === undefined) return [];
  const { traces, subjects, promises } = claim;
  const { kind, follow } = denialsOf(history, claim, denialScratch([claim]));
  if (kind.capacity !== bound) return [];
  const named = new Set(rows);
  const ticks: Tick[] = [];
  for (let group = 0; group < traces.groups; group++) {
    if (subjects[traces.subject[group] ?? 0] !== subject) continue;
    follow(group, (at, excess) => {
      const row = traces.row[at] ?? 0;
      const sentMs = traces.sentMs[at] ?? 0;
      const receivedMs = traces.untilMs[at] ?? 0;
      if (!named.has(row) || sentMs > untilMs || receivedMs < fromMs) return;
      // The request that was turned away ends the span: it did not count against itself.
      const counts = traces.kind[at] !== kindCode.denied || promises.deniedConsumes;
      if (!counts || receivedMs === untilMs) return;
      ticks.push({
        row,
        sentMs: Math.max(0, sentMs - fromMs),
        receivedMs: Math.min(untilMs, receivedMs) - fromMs,
        atMs: Math.max(0, sentMs - fromMs),
        total: Math.max(0, bound + excess),
      });
    });
  }
  return ticks;
}
