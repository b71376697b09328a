import { createHash } from "node:crypto";
import type { Algorithm } from "./algorithm.ts";

/** Where a script takes the time from; everything after it is the same text. */
export const CLOCKS: { readonly redis: string; readonly argument: string } = {
  /** Redis TIME: one clock for all replicas, never the caller's. */
  redis: `local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]`,
  /** The last argument, in microseconds: tests step it as they like. */
  argument: "local now = tonumber(ARGV[#ARGV])",
};

/** A script's text, and the SHA-1 that Redis knows it by. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

/** One atomic decision under several policies, by `algorithms` (numbered from 1 in that order). */
export function decideScript(algorithms: readonly Algorithm[], clock: string = CLOCKS.redis): Script {
  const text = `-- KEYS: one a policy. ARGV: cost, then four a policy: number of its algorithm, and a, b, c for it.
-- Reply: number of the policy that denies (0: admitted; of several the longest wait), then three a policy:
-- remaining, microseconds to wait (0: none, -1: for ever), microseconds until more remains.
${clock}
local algorithms = { ${algorithms.map(({ lua }) => lua).join(", ")} }
local cost = tonumber(ARGV[1])
local plans, denying, wait = {}, 0, 0
for i = 1, #KEYS do
  local at = 4 * i - 2
  local a, b, c = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local algorithm = algorithms[tonumber(ARGV[at])]
  local plan = algorithm.test(KEYS[i], now, cost, a, b, c)
  plan.algorithm, plans[i] = algorithm, plan
  if plan.retryUs ~= 0 and wait ~= -1 and (plan.retryUs == -1 or plan.retryUs > wait) then
    denying, wait = i, plan.retryUs
  end
end
local reply = { denying }
for i = 1, #plans do
  local plan = plans[i]
  local admitted = denying == 0
  local remaining, resetUs = plan.algorithm.quota(plan, admitted)
  if admitted then plan.algorithm.write(plan) end
  reply[3 * i - 1], reply[3 * i], reply[3 * i + 1] = remaining, plan.retryUs, resetUs
end
return reply`;
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}
