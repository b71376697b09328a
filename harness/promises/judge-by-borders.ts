import type { Borders } from "./borders.ts";
import type { Ledger } from "./ledger.ts";
import { minimalSets } from "./minimal-sets.ts";
import type { SpanRecord } from "./span-record.ts";

/**
 * Offers, for each phase, the highest limit that its own sets would still convict, as a span that was certainly
 * fuller than that limit: wherever the windows began, one of them held so much.
 */
export function judgeByBorders(
  ledger: Ledger,
  limit: number,
  windowMs: number,
  borders: Borders,
  spans: SpanRecord,
): void {
  const search = { ledger, windowMs, borders };
  const guilty = highest(search, limit, null);
  if (guilty !== null) spans.offer(guilty.fromMs, guilty.untilMs, guilty.cost, limit, guilty.phase);
  for (const phase of phasesOf(ledger)) {
    const known = Math.floor((spans.fullest[phase] ?? 0) * limit);
    const fullest = known < limit ? highest(search, known, phase) : null;
    if (fullest !== null)
      spans.offer(fullest.fromMs, fullest.untilMs, Math.min(fullest.over, limit), limit, phase);
  }
}

/** The proof against the highest limit, `least` or more, that can be convicted; `null` if there is none. */
function highest(search: Search, least: number, phase: number | null): Proof | null {
  let best = impossible(search, least, phase);
  if (best === null) return null;
  let tooHigh = Math.max(least, 1);
  for (let proof: Proof | null = best; proof !== null; proof = impossible(search, tooHigh, phase)) {
    best = proof;
    tooHigh *= 2;
  }
  while (tooHigh - best.over > 0) {
    const middle = Math.floor((best.over + tooHigh) / 2);
    const proof = impossible(search, middle, phase);
    if (proof === null) tooHigh = middle;
    else best = proof;
  }
  return best;
}

interface Search {
  readonly ledger: Ledger;
  readonly windowMs: number;
  readonly borders: Borders;
}

interface Proof {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly cost: number;
  readonly phase: number;
  /** One more than the limit that is impossible. */
  readonly over: number;
}

/** The set that leaves no place for windows of `limit`; only sets that `phase` closes count, or all (`null`). */
function impossible(
  { ledger, windowMs, borders }: Search,
  limit: number,
  phase: number | null,
): Proof | null {
  let proof: Proof | null = null;
  if (ledger.totalCost <= limit) return proof;
  borders.begin(ledger.sinceMs);
  minimalSets(ledger, limit, windowMs, (fromMs, untilMs, cost, code) => {
    if (phase !== null && code !== phase) return true;
    if (!borders.excludedBy(fromMs, untilMs)) return true;
    proof = { fromMs, untilMs, cost, phase: code, over: limit + 1 };
    return false;
  });
  return proof;
}

function phasesOf({ length, phase }: Ledger): Set<number> {
  const phases = new Set<number>();
  for (let i = 0; i < length; i++) phases.add(phase[i] ?? 0);
  return phases;
}
