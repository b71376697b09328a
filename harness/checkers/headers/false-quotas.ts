import type { Claim } from "../../history/evidence.ts";
import type { Visit } from "../../history/history.ts";
import type { Losses } from "../../promises/eras.ts";
import { termsOf } from "../../promises/promise.ts";
import { promiseOf } from "../../promises/promise-of.ts";
import { called, duration } from "../../promises/wording.ts";
import { impossibleWindows } from "./impossible-windows.ts";
import { remainingBounds } from "./remaining-bounds.ts";
import type { ToldQuota } from "./told-quotas.ts";
import { clearVisits, type Visitor } from "./visits-of.ts";

/** What is held against one client's answers. */
export interface FalseQuotasOptions {
  /** What an answer tells of the claim's policy, once for each form that it tells it in. */
  readonly toldBy: (visit: Visit) => readonly ToldQuota[];
  readonly losses: Losses;
  /** How many policies a client may be turned away for. */
  readonly policies: number;
}

/** How many quotas of the claim's policy were judged, and sentences on those that cannot be true. */
export function falseQuotas(
  claim: Claim,
  visitor: Visitor,
  { toldBy, losses, policies }: FalseQuotasOptions,
): { readonly judged: number; readonly mistakes: readonly string[] } {
  const { visits, subject } = visitor;
  const { upper } = claim.promises;
  const terms = termsOf(claim);
  const isClear = clearVisits(visitor, promiseOf(upper).memoryMs + terms.longSlackMs, "forgiven", losses);
  const judged = visits.map((visit, index) => (isClear[index] ? toldBy(visit) : []));
  const bounds = remainingBounds(claim, visitor, losses, policies);
  const mistakes: string[] = [];
  for (const [index, quotas] of judged.entries()) {
    const bound = bounds[index];
    if (bound === undefined) continue;
    for (const { remaining, resetMs } of quotas) {
      const told = `${called(subject)} was told r=${remaining}`;
      if (remaining > bound.atMost) mistakes.push(`${told}, where at most ${bound.atMost} can remain`);
      if (remaining < bound.atLeast) mistakes.push(`${told}, where at least ${bound.atLeast} must remain`);
      if (resetMs !== null && resetMs >= bound.resetAtMostMs + resolutionMs)
        mistakes.push(
          `${called(subject)} was told t=${resetMs / 1_000}, where all that it used is forgotten within ${duration(bound.resetAtMostMs)}`,
        );
    }
  }
  if (upper.kind === "fixed") {
    const remainingAt = (index: number): number | null => mostTold(judged[index] ?? []);
    for (const index of impossibleWindows(visitor, { promised: upper, terms, losses, remainingAt }))
      mistakes.push(
        `${called(subject)} was told r=${remainingAt(index)}, where so much cannot remain wherever windows began`,
      );
  }
  return { judged: judged.reduce((sum, { length }) => sum + length, 0), mistakes };
}

/** Fields count whole seconds, rounded up. */
const resolutionMs = 1_000;

function mostTold(quotas: readonly ToldQuota[]): number | null {
  return quotas.length === 0 ? null : Math.max(...quotas.map(({ remaining }) => remaining));
}
