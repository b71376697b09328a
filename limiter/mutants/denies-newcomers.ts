import type { Decision, Quota } from "../decision.ts";
import type { Policy } from "../policy.ts";
import type { Mutant } from "../variants/variant.ts";
import { plainLimiter } from "./parts/plain-limiter.ts";
import { referenceLimiter } from "./parts/reference-limiter.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Right for all who are in the table; who comes when it is full is told that a limit was reached, and it was not theirs. */
export const mutant: Mutant = {
  about: "Has room for so many subjects, and denies each new one while all of them are live.",
  source: "freenet/freenet-core#5000, michaeljfazio/dugite#48, which chose it against floods of addresses",
  convictedBy: ["no-false-denials"],
  scenarios: ["many-keys"],
  levels: [1, 3],
  variant: wrongLimiter({
    about: "The reference limiter, behind a table of the subjects of the last window.",
    protect: (context) =>
      plainLimiter(context, "sliding-log", async (policy) => {
        const limiter = await referenceLimiter(context);
        const hasRoom = tableOf(policy);
        return {
          decide: async (key, cost) => (hasRoom(key) ? limiter.decide(key, cost) : denialBy(policy)),
          close: limiter.close,
        };
      }),
  }),
};

/** Subjects for each request of the limit: so few that a short flood fills the table, and a warm-up does not. */
const roomPerLimit = 10;

/** Whether a subject is in the table, or enters it. */
function tableOf({ limit, windowMs }: Policy): (subject: string) => boolean {
  // Whoever asks goes to the end, so that the first is the one that has been quiet for the longest.
  const askedMs = new Map<string, number>();
  return (subject) => {
    const nowMs = performance.now();
    for (const [quiet, atMs] of askedMs) {
      if (atMs > nowMs - windowMs) break;
      askedMs.delete(quiet);
    }
    if (!askedMs.has(subject) && askedMs.size >= roomPerLimit * limit) return false;
    askedMs.delete(subject);
    askedMs.set(subject, nowMs);
    return true;
  };
}

function denialBy({ name, windowMs }: Policy): Decision {
  const quota: Quota = { policy: name, remaining: 0, retryAfterMs: windowMs, resetMs: windowMs };
  return { ...quota, outcome: "denied", source: "redis", quotas: [quota] };
}
