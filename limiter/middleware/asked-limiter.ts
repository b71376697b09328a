import type { Decision } from "../decision.ts";
import type { Policy } from "../policy.ts";

/** Whom a request is charged to: one name, or several by the names that policies give them (`{ user, tenant }`). */
export type Subject = string | Readonly<Record<string, string>>;

/**
 * Other limits for one request than those of the policies, by the policy's name: the plan of whoever asks. A `limit`
 * without a `burst` is also the bucket's capacity, whatever the policy's burst; a `burst` without a `limit` leaves the
 * policy's limit. Only gcra takes a `burst`.
 */
export type RequestLimits = Readonly<
  Record<string, { readonly limit?: number | undefined; readonly burst?: number | undefined }>
>;

/** What one request asks beside its subject and its cost. */
export interface AskOptions {
  readonly limits?: RequestLimits;
  /** Denials are counted as `shadow_denied`, because they are not enforced. */
  readonly shadow?: boolean;
  /**
   * A refund: how long ago the charge was made, at most, in milliseconds; then nobody is let in that would not have been,
   * had it never been made. The shorter, the more can be given back: gcra keeps what may have leaked since, fixed windows
   * what may be of a window that is over, and the sliding ones take the oldest charge of that time.
   * @default it is taken to count in full
   */
  readonly ageMs?: number;
  /**
   * The decision that this corrects, for the same request. A refund then gives back only under the policies that it
   * charged: `open` lets in without charging. A decision is no other request's, and no metric counts it.
   * @default all policies charged it; a decision is counted
   */
  readonly corrects?: Decision;
}

/** What the middleware needs of a limiter; `refund` only if something is ever given back. */
export interface AskedLimiter {
  readonly policies: readonly Policy[];
  // Methods, so that a limiter fits that knows less: only names as subjects, or no limits for a request.
  decide(subject: Subject, cost?: number, options?: AskOptions): Promise<Decision>;
  refund?(subject: Subject, cost: number, options?: AskOptions): Promise<unknown>;
}
