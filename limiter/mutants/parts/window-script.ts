import type { Algorithm } from "../../algorithms/algorithm.ts";
import type { Script } from "../../algorithms/decide-script.ts";
import { slidingLog } from "../../algorithms/sliding-log.ts";
import type { Policy } from "../../policy.ts";
import { script } from "./script.ts";

/**
 * One decision by the exact sliding window of the library, or another of its algorithms, and nothing else: what is
 * around it is the mutant's.
 */
export function windowScript(policy: Policy, algorithm: Algorithm = slidingLog): Script {
  return script(`-- KEYS: the window of one subject. ARGV: cost.
-- Reply: 1 if denied else 0, remaining, wait and reset in microseconds.
local time = redis.call("TIME")
local log = ${algorithm.lua}
local plan = log.test(KEYS[1], time[1] * 1000000 + time[2], tonumber(ARGV[1]), ${algorithm.numbers(policy).join(", ")})
local isAllowed = plan.retryUs == 0
local remaining, resetUs = log.quota(plan, isAllowed)
if isAllowed then log.write(plan) end
return { isAllowed and 0 or 1, remaining, plan.retryUs, resetUs }`);
}
