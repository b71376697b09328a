import type { Redis } from "ioredis";
import type { Policy } from "../policy.ts";
import type { Algorithm } from "./algorithm.ts";
import { CLOCKS, decideScript } from "./decide-script.ts";

/** One decision of an algorithm's Lua, in the script's own units, and what it left behind. */
export interface SteppedDecision {
  readonly allowed: boolean;
  readonly remaining: number;
  readonly retryUs: number;
  readonly resetUs: number;
  /** PTTL of the key right after, in real time: -2 if there is no key. */
  readonly ttlMs: number;
  /** STRLEN of the key. */
  readonly bytes: number;
}

/** One request at `atUs` of a clock that the test steps as it likes. */
export interface SteppedRequest {
  readonly atUs: number;
  readonly cost: number;
}

/**
 * For tests: runs the production text of `algorithm` on `key` with each request's own clock, in one go.
 * After each decision the key is made to persist, since real time has no part in the story.
 */
export async function steppedDecisions(
  redis: Redis,
  algorithm: Algorithm,
  policy: Policy,
  key: string,
  requests: readonly SteppedRequest[],
): Promise<SteppedDecision[]> {
  const { text } = decideScript([algorithm], CLOCKS.argument);
  const pipeline = redis.pipeline();
  for (const { atUs, cost } of requests) {
    pipeline.eval(text, 1, key, cost, 1, ...algorithm.numbers(policy), atUs);
    pipeline.pttl(key).strlen(key).persist(key);
  }
  const replies = ((await pipeline.exec()) ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
  return requests.map((_, index) => {
    const [denying = 0, remaining = 0, retryUs = 0, resetUs = 0] = replies[4 * index] as number[];
    const [ttlMs, bytes] = [replies[4 * index + 1] as number, replies[4 * index + 2] as number];
    return { allowed: denying === 0, remaining, retryUs, resetUs, ttlMs, bytes };
  });
}
