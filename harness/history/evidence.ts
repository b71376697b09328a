import type { Policy } from "../../limiter/policy.ts";
import type { Promises } from "../../limiter/promised.ts";
import type { History } from "./history.ts";
import type { Traces } from "./traces.ts";

/** What a checker judges: the history, and what every checker would otherwise work out again. */
export interface Evidence {
  readonly history: History;
  /** One entry a policy, in the order of the history's policies. */
  readonly claims: readonly Claim[];
}

/** One policy, what was promised for it, and its requests subject by subject of its own. */
export interface Claim {
  readonly policy: Policy;
  readonly promises: Promises;
  readonly traces: Traces;
  /** Whom the policy counts, as the traces number them. */
  readonly subjects: readonly string[];
  /** The declared clock resolution plus the measured drift over one window: rho, in milliseconds. */
  readonly slackMs: number;
  /** Redis's clock minus the monotonic clock lies in here throughout the run; `null` where it is not known. */
  readonly epochOffsetMs: { readonly atLeast: number; readonly atMost: number } | null;
  /** Why no test that involves windows can be trusted in this run: clocks that moved, state that was lost; or `null`. */
  readonly clockDoubt: string | null;
}
