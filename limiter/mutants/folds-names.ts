import { randomUUID } from "node:crypto";
import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";
import { COUNT, RECORD, REDIS_CLOCK } from "./parts/sorted-set.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Different callers share a count, and each is turned away for what the other did. */
export const mutant: Mutant = {
  about: "Folds the case of its keys, and cuts long ones off.",
  source: "express-rate-limit GHSA-46wh-pxpv-q5gq, where all IPv4-mapped clients fell into one bucket",
  convictedBy: ["no-false-denials"],
  scenarios: ["hostile-keys"],
  variant: wrongLimiter({
    about: "A sorted set for all names that look alike.",
    protect: (context) =>
      scripted(context, {
        name: "folds-names",
        script: script(`${REDIS_CLOCK}${COUNT}\nif reply[1] == 0 then${RECORD}\nend\nreturn reply`),
        key: (key) => key.toLowerCase().slice(0, 256),
        args: (cost, { limit, windowMs }) => [cost, limit, windowMs, randomUUID()],
      }),
  }),
};
