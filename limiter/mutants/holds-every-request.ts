import { limitedResource } from "../reference-variant.ts";
import type { GatewayContext, Mutant, Protected } from "../variants/variant.ts";
import { referenceLimiter } from "./parts/reference-limiter.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/**
 * Each decision is right, and each leaves something behind for an hour. In less than a minute of `soak` Node may not have
 * collected its heap often enough for that to be told from garbage.
 */
export const mutant: Mutant = {
  about:
    "Starts a timer for each request that ends in an hour, and holds all that belongs to the request until then.",
  source: "animir/node-rate-limiter-flexible#289: timers that hold what has expired",
  convictedBy: ["memory-flat"],
  scenarios: [],
  levels: [3],
  variant: wrongLimiter({
    about: "The reference limiter behind a timer a request.",
    protect: holding,
  }),
};

const HOUR_MS = 3_600_000;
/** For a body, should one come. */
const BODY_BYTES = 4_096;

async function holding(context: GatewayContext): Promise<Protected> {
  const limiter = await referenceLimiter(context);
  const resource = limitedResource(limiter);
  return {
    listener(request, response) {
      const held = { request, response, body: Buffer.alloc(BODY_BYTES) };
      setTimeout(() => held.request.destroy(), HOUR_MS).unref();
      return resource(request, response);
    },
    metrics: () => limiter.registry.metrics(),
    close: limiter.close,
  };
}
