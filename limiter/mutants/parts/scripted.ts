import type { Script } from "../../algorithms/decide-script.ts";
import { decisionOf } from "../../decision.ts";
import type { Policy } from "../../policy.ts";
import { type GatewayContext, type Protected, redisOf } from "../../variants/variant.ts";
import { alone } from "./alone.ts";
import { linked } from "./connection.ts";
import { plainLimiter } from "./plain-limiter.ts";

/** How a decision is made in Redis: the reply is laid out as that of the window script. */
export interface Scripted {
  /** Part of every key. */
  readonly name: string;
  readonly script: Script;
  readonly key?: (key: string, policy: Policy) => string;
  readonly args: (cost: number, policy: Policy) => readonly (string | number)[];
}

/** A limiter that is all in its script; where Redis does not answer, each replica keeps its share. */
export function scripted(context: GatewayContext, { name, script, key, args }: Scripted): Promise<Protected> {
  return plainLimiter(context, name, async (policy) => {
    const redis = await linked(redisOf(context));
    const memory = alone(policy, context);
    return {
      async decide(subject, cost) {
        try {
          const reply = await redis.run(script, [key?.(subject, policy) ?? subject], args(cost, policy));
          return decisionOf(reply, [policy.name]);
        } catch {
          return memory.decide(subject, cost);
        }
      },
      close: redis.close,
    };
  });
}
