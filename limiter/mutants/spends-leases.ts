import { type Decision, decisionOf } from "../decision.ts";
import type { Policy } from "../policy.ts";
import { type GatewayContext, type Mutant, redisOf } from "../variants/variant.ts";
import { alone } from "./parts/alone.ts";
import { type Connection, linked } from "./parts/connection.ts";
import { type Deciding, plainLimiter } from "./parts/plain-limiter.ts";
import { windowScript } from "./parts/window-script.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** One script call for a tenth of the limit at once: it is charged to everybody, and nobody else can spend it. */
export const mutant: Mutant = {
  about: "Takes a tenth of the limit from Redis at once and spends it by itself; a crash takes it along.",
  source: "bucket4j/bucket4j#8, ELares/IronTraffic#229",
  convictedBy: ["no-false-denials", "within-bound"],
  scenarios: ["burst"],
  variant: wrongLimiter({
    about: "Redis gives out leases, and each replica spends its own.",
    protect: (context) =>
      plainLimiter(context, "sliding-log", async (policy) =>
        leasing(await linked(redisOf(context)), policy, context),
      ),
  }),
};

interface Lease {
  left: number;
  readonly untilMs: number;
}

function leasing(redis: Connection, policy: Policy, context: GatewayContext): Deciding {
  const { name, limit, windowMs } = policy;
  const window = windowScript(policy);
  const memory = alone(policy, context);
  const leases = new Map<string, Lease>();
  const size = Math.max(1, Math.floor(limit / 10));

  const unspent = (key: string): number => {
    const { left = 0, untilMs = 0 } = leases.get(key) ?? {};
    return performance.now() < untilMs ? left : 0;
  };

  function spend(key: string, cost: number): Decision | undefined {
    const lease = leases.get(key);
    if (lease === undefined || unspent(key) < cost) return undefined;
    lease.left -= cost;
    return decisionOf([0, lease.left, 0, windowMs * 1_000], [name]);
  }

  return {
    async decide(key, cost) {
      const spent = spend(key, cost);
      if (spent !== undefined) return spent;
      try {
        const untilMs = performance.now() + windowMs;
        const asked = Math.max(size, cost);
        const reply = await redis.run(window, [key], [asked]);
        if (reply[0] === 0) leases.set(key, { left: unspent(key) + asked - cost, untilMs });
        return reply[0] === 0
          ? decisionOf(reply, [name])
          : decisionOf(await redis.run(window, [key], [cost]), [name]);
      } catch {
        return memory.decide(key, cost);
      }
    },
    close: redis.close,
  };
}
