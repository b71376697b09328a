import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";
import { COUNT, RECORD, REDIS_CLOCK } from "./parts/sorted-set.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** A set holds a member once: whatever comes within the same millisecond counts as one. */
export const mutant: Mutant = {
  about: "Names the entries of its sorted set by their time.",
  source: "peterkhayes/rolling-rate-limiter#11, sockudo/sockudo#251",
  convictedBy: ["within-bound"],
  scenarios: ["hot-key"],
  variant: wrongLimiter({
    about: "A sorted set by Redis's clock, whose members are milliseconds.",
    protect: (context) =>
      scripted(context, {
        name: "stamps-as-names",
        script: script(`${REDIS_CLOCK}${COUNT}\nif reply[1] == 0 then${BY_TIME}\nend\nreturn reply`),
        args: (cost, { limit, windowMs }) => [cost, limit, windowMs],
      }),
  }),
};

const BY_TIME = RECORD.replace("ARGV[4] .. i", 'string.format("%.0f", now / 1000) .. ":" .. i');
