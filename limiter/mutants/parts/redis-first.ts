import type { Redis } from "ioredis";
import { type Decision, decisionOf } from "../../decision.ts";
import type { Policy } from "../../policy.ts";
import { type GatewayContext, type Protected, redisOf } from "../../variants/variant.ts";
import { type Connection, linked } from "./connection.ts";
import { plainLimiter } from "./plain-limiter.ts";
import { windowScript } from "./window-script.ts";

/** What a limiter does besides asking Redis. */
export interface RedisFirst {
  /** Whether Redis is asked at all. @default always */
  readonly asks?: () => boolean;
  /** Redis has decided. `reply` is laid out as that of the window script. */
  readonly answered?: (key: string, cost: number, reply: readonly number[], sentMs: number) => void;
  /** The decision that Redis did not make, within 50 ms or at all; `error` is absent if it was not asked. */
  readonly failed: (key: string, cost: number, error?: unknown) => Decision;
}

/** A limiter that asks Redis for each decision, once, by an atomic script. */
export function redisFirst(
  context: GatewayContext,
  begin: (policy: Policy) => RedisFirst,
  connect: (redis: string | Redis) => Promise<Connection> = linked,
): Promise<Protected> {
  return plainLimiter(context, "sliding-log", async (policy) => {
    const { asks = () => true, answered, failed } = begin(policy);
    const redis = await connect(redisOf(context));
    const window = windowScript(policy);
    return {
      async decide(key, cost) {
        if (!asks()) return failed(key, cost);
        const sentMs = performance.now();
        try {
          const reply = await redis.run(window, [key], [cost]);
          answered?.(key, cost, reply, sentMs);
          return decisionOf(reply, [policy.name]);
        } catch (error) {
          return failed(key, cost, error);
        }
      },
      close: redis.close,
    };
  });
}
