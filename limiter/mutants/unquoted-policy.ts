import type { ServerResponse } from "node:http";
import { rateLimitField, retryAfterField } from "../headers.ts";
import type { Mutant } from "../variants/variant.ts";
import { referenceLimiter } from "./parts/reference-limiter.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** To a reader that keeps to the grammar, a name without quotes is no policy's: the field says nothing. */
export const mutant: Mutant = {
  about: "Writes the policy's name in RateLimit without its quotes.",
  source: "the appendix of draft-ietf-httpapi-ratelimit-headers-10 itself, which still shows `quota;q=100`",
  convictedBy: ["headers-are-honest"],
  scenarios: ["retry-after"],
  variant: wrongLimiter({
    about: "The reference limiter with a field that nobody can read.",
    async protect(context) {
      const limiter = await referenceLimiter(context);
      const answer = async (subject: string, response: ServerResponse): Promise<void> => {
        const decision = await limiter.decide(subject);
        const retryAfter = retryAfterField(decision);
        response.setHeader("RateLimit", rateLimitField(decision.quotas).replaceAll('"', ""));
        response.setHeader("x-ratelimit-source", decision.source);
        if (retryAfter !== undefined) response.setHeader("Retry-After", retryAfter);
        response.statusCode = decision.outcome === "allowed" ? 200 : 429;
        response.end();
      };
      return {
        listener: ({ headers }, response) => void answer(String(headers["x-client-id"]), response),
        metrics: () => limiter.registry.metrics(),
        close: limiter.close,
      };
    },
  }),
};
