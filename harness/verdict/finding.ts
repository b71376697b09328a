/** `not-applicable` findings say why and are left out of the verdict. */
export type FindingVerdict = "pass" | "fail" | "inconclusive" | "not-applicable";

/** A number with its proof: `proved` <= the truth <= `atMost`, `estimate` between them. */
export interface Triple {
  readonly proved: number;
  readonly estimate: number;
  readonly atMost: number;
}

/** What a checker found out. */
export interface Finding {
  readonly checker: string;
  /** `proof`: holds whatever the machine did. `measurement`: depends on the machine. `quality`: of the run itself. */
  readonly kind: "proof" | "measurement" | "quality";
  readonly verdict: FindingVerdict;
  /** One sentence that a reader can act on, without its final full stop. */
  readonly summary: string;
  /** The numbers behind it, by camelCase name with unit or `share` in it; gates can address them. */
  readonly numbers: Readonly<Record<string, number | Triple>>;
  /** The worst that was seen; present with every `fail` that accuses requests. */
  readonly witness?: Witness;
  /** Further sentences: what was assumed, what was missing, how a bound came about. */
  readonly notes?: readonly string[];
}

/**
 * What a witness shows, and so what its cost is.
 * - `let-in`: cost that was certainly let in within the span; `bound` is what the promise allows in it
 * - `turned-away`: the most that can have counted against the request that ends the span, by the time it was turned away;
 *   `bound` is the limit, Infinity where nobody may be turned away
 * - `answered`: answers each of which is wrong by itself, however much was let in; the span, the subject and the cost are
 *   those of the first, `bound` is 0
 */
export type WitnessKind = "let-in" | "turned-away" | "answered";

/** What convicts of one subject, small enough to check by hand. */
export interface Witness {
  readonly kind: WitnessKind;
  /** Whom the policy counts: a client, or to whom it belongs. */
  readonly subject: string;
  readonly policy: string;
  /** The closed span: what a checker finds is on the history's clock, what a result holds after the run's origin. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly cost: number;
  readonly bound: number;
  /** Rows of the history's requests that prove it; at most `witnessRows`. */
  readonly rows: readonly number[];
  /** Requests that prove it in all. */
  readonly rowCount: number;
}

/** The witness on a clock that reads `ms` more. */
export function witnessAfter(witness: Witness, ms: number): Witness {
  return { ...witness, fromMs: witness.fromMs + ms, untilMs: witness.untilMs + ms };
}

/** How many rows a witness names at the most. */
export const witnessRows = 2_000;

/** The witness that `rows` of the history's requests prove, of which it shows the first. */
export function witnessBy(rows: readonly number[], what: Omit<Witness, "rows" | "rowCount">): Witness {
  return { ...what, rows: rows.slice(0, witnessRows), rowCount: rows.length };
}
