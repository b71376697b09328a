import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Replicas that do not agree about the time do not agree about the key, and each key holds a limit. */
export const mutant: Mutant = {
  about: "Names the window in the key, by the clock of whoever asks.",
  source: "upstash/ratelimit-js, whose fixed window is numbered by Date.now()",
  convictedBy: ["within-bound", "no-false-denials"],
  scenarios: ["clock-skew"],
  levels: [1, 3],
  variant: wrongLimiter({
    about: "A counter for each window that some replica believes in.",
    algorithm: "fixed-window",
    protect: (context) =>
      scripted(context, {
        name: "own-window",
        script: IN_WINDOW,
        key: (key, { windowMs }) => `${key}:${Math.floor(Date.now() / windowMs)}`,
        args: (cost, { limit, windowMs }) => [cost, limit, windowMs, windowMs - (Date.now() % windowMs)],
      }),
  }),
};

const IN_WINDOW = script(`-- KEYS: the counter of one window. ARGV: cost, limit, window and its rest in ms.
-- Reply: 1 if denied else 0, remaining, wait and reset in microseconds.
local cost, limit, restUs = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[4] * 1000
local used = tonumber(redis.call("GET", KEYS[1]) or 0)
if used + cost > limit then return { 1, limit - used, cost > limit and -1 or restUs, used == 0 and 0 or restUs } end
redis.call("INCRBY", KEYS[1], cost)
redis.call("PEXPIRE", KEYS[1], ARGV[3])
return { 0, limit - used - cost, 0, restUs }`);
