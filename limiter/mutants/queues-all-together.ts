import { setTimeout as sleep } from "node:timers/promises";
import type { Decision } from "../decision.ts";
import { limitedResource } from "../reference-variant.ts";
import type { GatewayContext, Mutant, Protected } from "../variants/variant.ts";
import { referenceLimiter } from "./parts/reference-limiter.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Whoever comes behind one who has used up his limit waits for him. */
export const mutant: Mutant = {
  about: "Waits a little for room before it denies, in one line for all who ask.",
  source:
    "no report that we know of by number: a limiter that waits (Wait of golang.org/x/time/rate) behind one lock for all keys",
  convictedBy: ["isolates-keys"],
  scenarios: ["noisy-neighbour"],
  variant: wrongLimiter({
    about: "The reference limiter behind a line.",
    protect: lined,
  }),
};

const LOOKS = 3;
const PAUSE_MS = 5;

async function lined(context: GatewayContext): Promise<Protected> {
  const limiter = await referenceLimiter(context);
  let last: Promise<unknown> = Promise.resolve();

  async function patiently(...asked: Parameters<typeof limiter.decide>): Promise<Decision> {
    for (let look = 1; ; look++) {
      const decision = await limiter.decide(...asked);
      if (decision.outcome !== "denied" || look === LOOKS) return decision;
      await sleep(PAUSE_MS);
    }
  }

  return {
    listener: limitedResource({
      policies: context.policies,
      decide(...asked) {
        const decision = last.then(() => patiently(...asked));
        last = decision.catch(() => {});
        return decision;
      },
    }),
    close: limiter.close,
  };
}
