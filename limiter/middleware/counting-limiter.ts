import type { Decision } from "../decision.ts";
import type { Policy } from "../policy.ts";
import type { AskedLimiter, AskOptions, Subject } from "./asked-limiter.ts";

/** For tests of the middleware: counts in memory, forgets nothing, and remembers what it was asked. */
export interface CountingLimiter extends AskedLimiter {
  readonly asked: { readonly subject: Subject; readonly cost: number; readonly options?: AskOptions }[];
  /** What is charged to `subject`. */
  readonly charged: (subject: Subject) => number;
  refund(subject: Subject, cost: number): Promise<boolean>;
}

/** A limiter of `limit` for each subject; its only policy is named `burst`. */
export function countingLimiter(limit: number): CountingLimiter {
  const policies: readonly Policy[] = [{ name: "burst", limit, windowMs: 2_000 }];
  const used = new Map<string, number>();
  const asked: CountingLimiter["asked"] = [];
  const charged = (subject: Subject) => used.get(JSON.stringify(subject)) ?? 0;
  return {
    policies,
    asked,
    charged,
    async decide(subject, cost = 1, options) {
      if (!(Number.isInteger(cost) && cost >= 1)) throw new RangeError(`cost is ${cost}`);
      asked.push({ subject, cost, ...(options === undefined ? {} : { options }) });
      const most = options?.limits?.burst?.limit ?? limit;
      const isAllowed = charged(subject) + cost <= most;
      if (isAllowed) used.set(JSON.stringify(subject), charged(subject) + cost);
      const quota = {
        policy: "burst",
        remaining: most - charged(subject),
        retryAfterMs: isAllowed ? 0 : cost > most ? Number.POSITIVE_INFINITY : 1_500,
        resetMs: 500,
      };
      const outcome = isAllowed ? "allowed" : "denied";
      return { ...quota, outcome, source: "redis", quotas: [quota] } satisfies Decision;
    },
    async refund(subject, cost) {
      used.set(JSON.stringify(subject), charged(subject) - cost);
      return true;
    },
  };
}
