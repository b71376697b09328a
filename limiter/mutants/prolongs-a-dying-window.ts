import { firstHitWindow } from "../peers/first-hit-window.ts";
import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";

/** Whoever asks in the last millisecond of his window, for which Redis tells a life of 0, gets its count for another one. */
export const mutant: Mutant = {
  about: "Takes a key that lives for less than a millisecond for one that lives for ever, and prolongs it.",
  source:
    "no report that we know of by number: `timeToExpire <= 0` in the Redis store of rhinobase/hono-rate-limiter 0.5.4",
  convictedBy: ["no-false-denials"],
  scenarios: ["trickle"],
  levels: [2, 3],
  variant: ({ bug }) => ({
    about: "A counter from the first hit on, by a script that sees to its expiry.",
    promises: firstHitWindow,
    protect: (context) =>
      scripted(context, {
        name: "prolongs-a-dying-window",
        script: counter(bug ? "<=" : "<"),
        args: (cost, { limit, windowMs }) => [cost, limit, windowMs],
      }),
  }),
};

const counter = (isEndless: "<" | "<=") =>
  script(`-- KEYS: the counter of one subject. ARGV: cost, limit, window in milliseconds.
-- Reply: as of the window script.
local limit = tonumber(ARGV[2])
local used = redis.call("INCRBY", KEYS[1], ARGV[1])
local life = redis.call("PTTL", KEYS[1])
if life ${isEndless} 0 then
  redis.call("PEXPIRE", KEYS[1], ARGV[3])
  life = tonumber(ARGV[3])
end
local isDenied = used > limit
return { isDenied and 1 or 0, math.max(0, limit - used), isDenied and 1000 * life or 0, 1000 * life }`);
