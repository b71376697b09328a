import { randomUUID } from "node:crypto";
import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";
import { COUNT, RECORD, REDIS_CLOCK } from "./parts/sorted-set.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** What was admitted before the step lies in the future, and counts for as long as the clock needs to get there. */
export const mutant: Mutant = {
  about: "Believes that Redis's clock never steps back.",
  source:
    "ProfessionalWiki/MediaWiki-MCP-Server#557, sethvargo/go-limiter#41, jhurliman/node-rate-limiter#48",
  convictedBy: ["no-false-denials"],
  scenarios: ["redis-clock"],
  levels: [3],
  variant: wrongLimiter({
    about: "A sorted set by Redis's clock, whatever it shows.",
    protect: (context) =>
      scripted(context, {
        name: "stepping",
        script: script(`${REDIS_CLOCK}${COUNT}\nif reply[1] == 0 then${RECORD}\nend\nreturn reply`),
        args: (cost, { limit, windowMs }) => [cost, limit, windowMs, randomUUID()],
      }),
  }),
};
