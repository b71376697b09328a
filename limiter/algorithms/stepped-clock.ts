import type { Redis } from "ioredis";
import type { AgedCost } from "../fallback/cost-cells.ts";
import type { Policy } from "../policy.ts";
import type { Algorithm } from "./algorithm.ts";
import type { LocalDecision, LocalState } from "./local-state.ts";

/** For tests: one call at `atUs` of a clock that the test steps as it likes. */
export interface Step {
  /** A refund or a merge is answered by what a request of cost 1 would be told right after it. @default "decide" */
  readonly kind?: "decide" | "peek" | "refund" | "merge";
  readonly atUs: number;
  readonly cost: number;
  /** How long ago, at most, what a refund gives back was charged, in microseconds. @default 0 */
  readonly ageUs?: number;
  /** What a merge adds. @default nothing */
  readonly entries?: readonly AgedCost[];
  /** From this step on. @default the policy of the step before */
  readonly policy?: Policy;
}

/** What a step was answered. */
export interface Answer extends LocalDecision {
  /** 0 unless it was a refund. */
  readonly refunded: number;
  /** 0 unless it was a merge. */
  readonly merged: number;
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
  const argv = steps.flatMap(
    ({ kind = "decide", atUs, cost, ageUs = 0, entries = [], policy: changed = current }) => {
      current = changed;
      const aged = entries.flatMap((entry) => [entry.ageUs, entry.cost]);
      return [kind, atUs, cost, ageUs, ...algorithm.numbers(current), entries.length, ...aged];
    },
  );
  const policies = [policy, ...steps.flatMap((step) => step.policy ?? [])].map(algorithm.numbers);
  const script = steppedScript(algorithm, policies);
  const replies = (await redis.call("eval", [script, 1, key, ...argv])) as number[][];
  return replies.map(([denied = 0, remaining = 0, retryUs = 0, resetUs = 0, ...left]) => {
    const [refunded = 0, merged = 0, least = 0, tookMs = 0, bytes = 0] = left;
    const lifeMs = { least, most: least < 0 ? least : least + tookMs };
    return { allowed: denied === 0, remaining, retryUs, resetUs, refunded, merged, lifeMs, bytes };
  });
}

/** For tests: the same steps in memory. */
export function localAnswers(algorithm: Algorithm, policy: Policy, steps: readonly Step[]): Answer[] {
  const state = algorithm.local(policy);
  return steps.map((step) => localAnswer(state, step));
}

/** For tests: one step in memory. */
export function localAnswer(state: LocalState, step: Step): Answer {
  const { kind = "decide", atUs, cost, ageUs = 0, entries = [], policy } = step;
  if (policy !== undefined) state.follow(policy);
  if (kind === "decide") return { ...state.decide(atUs, cost), refunded: 0, merged: 0 };
  if (kind === "peek") return { ...state.peek(atUs, cost), refunded: 0, merged: 0 };
  const refunded = kind === "refund" ? state.refund(atUs, cost, ageUs) : 0;
  const merged = kind === "merge" ? state.merge(atUs, entries) : 0;
  return { ...state.peek(atUs, 1), refunded, merged };
}

/** The answer alone. */
export function answerOf({ allowed, remaining, retryUs, resetUs, refunded, merged }: Answer): Answer {
  return { allowed, remaining, retryUs, resetUs, refunded, merged };
}

/**
 * A table of what decides in line, by the numbers of each policy, for the decisions that it does not leave to the others.
 */
function inlines({ inline }: Algorithm, policies: readonly (readonly [number, number, number])[]): string {
  if (inline === undefined) return "{}";
  const entries = policies.map(
    (numbers) => `["${numbers.join(" ")}"] = function(key, now, cost)
  local remaining, retryUs, resetUs = nil, 0, 0
  ${inline(numbers)}
  return remaining, retryUs, resetUs
end`,
  );
  return `{ ${[...new Set(entries)].join(", ")} }`;
}

function steppedScript(
  algorithm: Algorithm,
  policies: readonly (readonly [number, number, number])[],
): string {
  return `-- KEYS: one.
-- ARGV: a step: its kind, microseconds, cost, age, a, b, c, number of entries; then each entry's age and cost.
-- Reply: a list a step: denied, remaining, microseconds to wait, microseconds until more remains, refunded, merged;
-- PTTL, milliseconds that the step took at most, STRLEN.
local ask, pack, unpack, ceil, floor = redis.pcall, struct.pack, struct.unpack, math.ceil, math.floor
local algorithm = ${algorithm.lua}
local inlines = ${inlines(algorithm, policies)}
local function realMs()
  local time = redis.call("TIME")
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local key, replies, at = KEYS[1], {}, 1
while at <= #ARGV do
  local kind, beganMs, refunded, merged, entries, last = ARGV[at], realMs(), 0, 0, {}, at
  local now, cost, age = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local a, b, c = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  for i = 1, 2 * ARGV[at + 7] do entries[i] = tonumber(ARGV[at + 7 + i]) end
  at = at + 8 + #entries
  if kind == "refund" then refunded, cost = algorithm.refund(key, now, cost, age, a, b, c), 1 end
  if kind == "merge" then merged, cost = algorithm.merge(key, now, entries, a, b, c), 1 end
  local inline = kind == "decide" and inlines[ARGV[last + 4] .. " " .. ARGV[last + 5] .. " " .. ARGV[last + 6]]
  local remaining, retryUs, resetUs
  if inline then remaining, retryUs, resetUs = inline(key, now, cost) end
  if not remaining then
    local plan = algorithm.test(key, now, cost, a, b, c)
    local admitted = kind == "decide" and plan.retryUs == 0
    retryUs, remaining, resetUs = plan.retryUs, algorithm.quota(plan, admitted)
    if admitted then algorithm.write(plan) end
  end
  local pttl, bytes = redis.call("PTTL", key), redis.call("STRLEN", key)
  local denied = retryUs == 0 and 0 or 1
  replies[#replies + 1] = { denied, remaining, retryUs, resetUs, refunded, merged, pttl, realMs() - beganMs, bytes }
  redis.call("PERSIST", key)
end
return replies`;
}

/** For tests: the algorithms as they are, and once more those that decide in line, without that. */
export function inEveryWay(
  algorithms: readonly Algorithm[],
): { readonly way: string; readonly algorithm: Algorithm }[] {
  return algorithms.flatMap((algorithm) => {
    const { inline, ...general } = algorithm;
    const asItIs = { way: algorithm.name, algorithm };
    return inline === undefined
      ? [asItIs]
      : [asItIs, { way: `${algorithm.name}, not in line`, algorithm: general }];
  });
}
