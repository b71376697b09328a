/** The span that goes farthest beyond its bound. */
export interface WorstSpan {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Cost that was certainly admitted in it. */
  readonly cost: number;
  readonly bound: number;
  /** What `judging` was when it was offered. */
  readonly judging: number;
}

/** What the spans of many subjects come to: the worst of all, and how full the fullest of each phase was. */
export interface SpanRecord {
  /** Whose spans are offered: noted with the worst. */
  judging: number;
  /** Certain cost of a span that ends in the phase, as a share of its bound; one entry a phase code. */
  readonly fullest: Float64Array;
  /** How long that span was, in milliseconds. */
  readonly fullestMs: Float64Array;
  /** The worst that exceeds its bound; `null` if none does. */
  readonly worst: () => WorstSpan | null;
  /** Offers the closed span [fromMs, untilMs], closed by a request of `phase`. */
  readonly offer: (fromMs: number, untilMs: number, cost: number, bound: number, phase: number) => void;
}

/** A record of no span, for phases with codes below 256. */
export function spanRecord(): SpanRecord {
  const fullest = new Float64Array(256);
  const fullestMs = new Float64Array(256);
  // Fields, not an object: almost every offer is refused, none allocates.
  let worstExcess = 0;
  let fromMs = Number.NaN;
  let untilMs = Number.NaN;
  let cost = 0;
  let judging = 0;
  const record: SpanRecord = {
    judging: 0,
    fullest,
    fullestMs,
    worst: () => (worstExcess > 0 ? { fromMs, untilMs, cost, bound: cost - worstExcess, judging } : null),
    offer(spanFromMs, spanUntilMs, spanCost, bound, phase) {
      const share = spanCost / bound;
      if (share > (fullest[phase] ?? 0)) {
        fullest[phase] = share;
        fullestMs[phase] = spanUntilMs - spanFromMs;
      }
      if (spanCost - bound > worstExcess) {
        worstExcess = spanCost - bound;
        fromMs = spanFromMs;
        untilMs = spanUntilMs;
        cost = spanCost;
        judging = record.judging;
      }
    },
  };
  return record;
}
