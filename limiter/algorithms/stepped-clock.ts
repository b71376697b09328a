import type { Redis } from "ioredis";
import type { Policy } from "../policy.ts";
import type { Algorithm } from "./algorithm.ts";
import type { LocalDecision, LocalState } from "./local-state.ts";

/** For tests: one call at `atUs` of a clock that the test steps as it likes. */
export interface Step {
  /** A refund is answered by what a request of cost 1 would be told right after it. @default "decide" */
  readonly kind?: "decide" | "peek" | "refund";
  readonly atUs: number;
  readonly cost: number;
  /** From this step on. @default the policy of the step before */
  readonly policy?: Policy;
}

/** What a step was answered. */
export interface Answer extends LocalDecision {
  /** 0 unless it was a refund. */
  readonly refunded: number;
}

/** An answer of the Lua, and what it left behind. */
export interface SteppedAnswer extends Answer {
  /**
   * The key was given a life of `least` to `most` ms by this step: what is left of it, and the real time that the step
   * took, at most. -1 if it was given none, -2 if there is no key.
   */
  readonly lifeMs: { readonly least: number; readonly most: number };
  /** STRLEN of the key. */
  readonly bytes: number;
}

/**
 * For tests: runs the Lua of `algorithm` on `key`, each step with its own clock, all in one script, for which time
 * stands still. After each step the key is made to persist: real time has no part in the story.
 */
export async function steppedAnswers(
  redis: Redis,
  algorithm: Algorithm,
  policy: Policy,
  key: string,
  steps: readonly Step[],
): Promise<SteppedAnswer[]> {
  let current = policy;
  const argv = steps.flatMap(({ kind = "decide", atUs, cost, policy: changed = current }) => {
    current = changed;
    return [kind, atUs, cost, ...algorithm.numbers(current)];
  });
  const replies = (await redis.eval(steppedScript(algorithm), 1, key, ...argv)) as number[][];
  return replies.map(([denied = 0, remaining = 0, retryUs = 0, resetUs = 0, refunded = 0, ...left]) => {
    const [least = 0, tookMs = 0, bytes = 0] = left;
    const lifeMs = { least, most: least < 0 ? least : least + tookMs };
    return { allowed: denied === 0, remaining, retryUs, resetUs, refunded, lifeMs, bytes };
  });
}

/** For tests: the same steps in memory. */
export function localAnswers(algorithm: Algorithm, policy: Policy, steps: readonly Step[]): Answer[] {
  const state = algorithm.local(policy);
  return steps.map((step) => localAnswer(state, step));
}

/** For tests: one step in memory. */
export function localAnswer(state: LocalState, { kind = "decide", atUs, cost, policy }: Step): Answer {
  if (policy !== undefined) state.follow(policy);
  if (kind === "decide") return { ...state.decide(atUs, cost), refunded: 0 };
  if (kind === "peek") return { ...state.peek(atUs, cost), refunded: 0 };
  const refunded = state.refund(atUs, cost);
  return { ...state.peek(atUs, 1), refunded };
}

/** The answer alone. */
export function answerOf({ allowed, remaining, retryUs, resetUs, refunded }: Answer): Answer {
  return { allowed, remaining, retryUs, resetUs, refunded };
}

function steppedScript({ lua }: Algorithm): string {
  return `-- KEYS: one. ARGV: six a step: its kind, microseconds, cost, and a, b, c.
-- Reply: a list a step: denied, remaining, microseconds to wait, microseconds until more remains, refunded;
-- PTTL, milliseconds that the step took at most, STRLEN.
local algorithm = ${lua}
local function realMs()
  local time = redis.call("TIME")
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local key, replies = KEYS[1], {}
for at = 1, #ARGV, 6 do
  local kind, beganMs, refunded = ARGV[at], realMs(), 0
  local now, cost = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local a, b, c = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
  if kind == "refund" then refunded, cost = algorithm.refund(key, now, cost, a, b, c), 1 end
  local plan = algorithm.test(key, now, cost, a, b, c)
  local admitted = kind == "decide" and plan.retryUs == 0
  local remaining, resetUs = algorithm.quota(plan, admitted)
  if admitted then algorithm.write(plan) end
  local pttl, bytes = redis.call("PTTL", key), redis.call("STRLEN", key)
  local denied = plan.retryUs == 0 and 0 or 1
  replies[#replies + 1] = { denied, remaining, plan.retryUs, resetUs, refunded, pttl, realMs() - beganMs, bytes }
  redis.call("PERSIST", key)
end
return replies`;
}
