/** What a row of a trace says. Dropped and blank requests are in no trace. */
export const kindCode = {
  /** Answered 200. */
  allowed: 1,
  /** Answered 429. */
  denied: 2,
  /**
   * Lost, an error, `unavailable`, or let in and asking for its cost back: consumed its cost or nothing, at an unknown
   * instant in its interval.
   */
  ambiguous: 3,
} as const;

/**
 * The requests that one policy judged, grouped by subject and in each group in order of `sentMs`. Where each replica
 * keeps its promise alone, every replica that met a subject has a group of its own.
 * Group g is the rows [starts[g], starts[g + 1]); groups are in order of the subject's index, none is empty.
 */
export interface Traces {
  readonly groups: number;
  readonly starts: Uint32Array;
  /** The subject of each group: an index into the claim's `subjects`. */
  readonly subject: Uint32Array;
  readonly sentMs: Float64Array;
  /** When the decision had certainly been taken: received, or for ambiguous rows proved quiescence or Infinity. */
  readonly untilMs: Float64Array;
  readonly cost: Uint32Array;
  readonly kind: Uint8Array;
  readonly source: Uint8Array;
  readonly phase: Uint8Array;
  /** Row of the history's requests. */
  readonly row: Uint32Array;
}

/** One subject's rows: views on `Traces`, nothing copied. */
export interface Trace {
  readonly subject: number;
  readonly length: number;
  readonly sentMs: Float64Array;
  readonly untilMs: Float64Array;
  readonly cost: Uint32Array;
  readonly kind: Uint8Array;
  readonly source: Uint8Array;
  readonly phase: Uint8Array;
  readonly row: Uint32Array;
}

/** The rows of group `group`, as views. */
export function traceAt(traces: Traces, group: number): Trace {
  const from = traces.starts[group] ?? 0;
  const until = traces.starts[group + 1] ?? from;
  return {
    subject: traces.subject[group] ?? 0,
    length: until - from,
    sentMs: traces.sentMs.subarray(from, until),
    untilMs: traces.untilMs.subarray(from, until),
    cost: traces.cost.subarray(from, until),
    kind: traces.kind.subarray(from, until),
    source: traces.source.subarray(from, until),
    phase: traces.phase.subarray(from, until),
    row: traces.row.subarray(from, until),
  };
}
