import { randomUUID } from "node:crypto";
import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";
import { COUNT, RECORD, REDIS_CLOCK } from "./parts/sorted-set.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Redis makes whole numbers of Lua's: whoever has less than a second left to wait is told none, and let in. */
export const mutant: Mutant = {
  about: "Has its script tell the seconds to wait, and takes 0 for a place in the window.",
  source: "WeTransfer/prorate#40",
  convictedBy: ["within-bound"],
  scenarios: ["hot-key", "odd-policies", "ramp"],
  variant: wrongLimiter({
    about: "A sorted set that is asked how long to wait.",
    protect: (context) =>
      scripted(context, {
        name: "truncates-the-wait",
        script: script(
          `${REDIS_CLOCK}${COUNT}\nif reply[1] == 0 then${RECORD}\nend${IN_SECONDS}\nreturn reply`,
        ),
        args: (cost, { limit, windowMs }) => [cost, limit, windowMs, randomUUID()],
      }),
  }),
};

const IN_SECONDS = `
local seconds = reply[3] / 1000000
if seconds >= 0 and seconds < 1 then reply[1], reply[3] = 0, 0 end`;
