import { randomUUID } from "node:crypto";
import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";
import { COUNT, RECORD, REDIS_CLOCK } from "./parts/sorted-set.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Whoever asked once is remembered until somebody flushes Redis. */
export const mutant: Mutant = {
  about: "Never lets a key expire.",
  source:
    "no report that we know of by number: a sorted set whose EXPIRE was forgotten, as many tutorials show it",
  convictedBy: ["keys-expire"],
  scenarios: ["many-keys"],
  variant: wrongLimiter({
    about: "A sorted set by Redis's clock, without an expiry.",
    protect: (context) =>
      scripted(context, {
        name: "keys-live-for-ever",
        script: script(`${REDIS_CLOCK}${COUNT}\nif reply[1] == 0 then${WITHOUT_EXPIRY}\nend\nreturn reply`),
        args: (cost, { limit, windowMs }) => [cost, limit, windowMs, randomUUID()],
      }),
  }),
};

const WITHOUT_EXPIRY = RECORD.replace(/redis\.call\("PEXPIRE".*/, "");
