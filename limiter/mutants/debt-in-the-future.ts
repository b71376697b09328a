import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";
import { REDIS_CLOCK } from "./parts/sorted-set.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** When the bucket is empty is kept as an instant: a clock that steps back moves it away, and one ahead, near. */
export const mutant: Mutant = {
  about: "Keeps a debt as the instant when it is paid, and does not notice that the clock was set.",
  source: "throttled/throttled and go-redis/redis_rate, which keep one theoretical arrival time",
  convictedBy: ["no-false-denials", "within-bound"],
  scenarios: ["redis-clock"],
  levels: [3],
  variant: wrongLimiter({
    about: "A leaky bucket as one instant of Redis's clock.",
    algorithm: "gcra",
    protect: (context) =>
      scripted(context, {
        name: "instant",
        script: BUCKET,
        args: (cost, { limit, windowMs, burst = limit }) => [cost, limit, windowMs, burst],
      }),
  }),
};

const BUCKET = script(`-- KEYS: the instant of one subject. ARGV: cost, limit, window in ms, burst.
-- Reply: 1 if denied else 0, remaining, wait and reset in microseconds.${REDIS_CLOCK}
local cost, limit, windowUs, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] * 1000, tonumber(ARGV[4])
local perOne = windowUs / limit
local empty = math.max(now, tonumber(redis.call("GET", KEYS[1]) or now))
local full = empty + cost * perOne
local waitUs = math.ceil(full - now - burst * perOne)
local function remaining(at) return math.max(0, math.floor(burst - (at - now) / perOne)) end
if waitUs > 0 then return { 1, remaining(empty), cost > burst and -1 or waitUs, math.ceil(perOne) } end
redis.call("SET", KEYS[1], string.format("%.3f", full), "PX", math.ceil((full - now) / 1000) + 1)
return { 0, remaining(full), 0, math.ceil(perOne) }`);
