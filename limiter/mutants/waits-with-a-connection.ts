import { setTimeout as sleep } from "node:timers/promises";
import { type Decision, unavailable } from "../decision.ts";
import { limitedResource } from "../reference-variant.ts";
import type { GatewayContext, Mutant, Protected } from "../variants/variant.ts";
import { referenceLimiter } from "./parts/reference-limiter.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Who asks far too often takes all places of the pool, and everybody else waits behind him. */
export const mutant: Mutant = {
  about: "Waits a little for room before it denies, and keeps its place in a small pool meanwhile.",
  source:
    "no report that we know of by number: a limiter that waits (Wait of golang.org/x/time/rate) with what all share in its hand",
  convictedBy: ["isolates-keys"],
  scenarios: ["noisy-neighbour"],
  levels: [3],
  variant: wrongLimiter({
    about: "The reference limiter behind a pool of four.",
    protect: pooled,
  }),
};

const PLACES = 4;
const PLACE_WITHIN_MS = 150;
const LOOKS = 4;
const PAUSE_MS = 5;

async function pooled(context: GatewayContext): Promise<Protected> {
  const limiter = await referenceLimiter(context);
  const { take, leave } = pool();

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
      async decide(...asked) {
        if (!(await take())) return unavailable(context.policies[0]?.name ?? "");
        try {
          return await patiently(...asked);
        } finally {
          leave();
        }
      },
    }),
    close: limiter.close,
  };
}

/** Places in order of who came first; who has waited too long gets none. */
function pool(): { readonly take: () => Promise<boolean>; readonly leave: () => void } {
  const waiting: ((isTaken: boolean) => void)[] = [];
  let free = PLACES;
  return {
    take() {
      if (free > 0) {
        free--;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        waiting.push(resolve);
        setTimeout(() => {
          const at = waiting.indexOf(resolve);
          if (at >= 0) waiting.splice(at, 1);
          resolve(false);
        }, PLACE_WITHIN_MS);
      });
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next(true);
    },
  };
}
