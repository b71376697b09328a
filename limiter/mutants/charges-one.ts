import { randomUUID } from "node:crypto";
import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";
import { COUNT, RECORD, REDIS_CLOCK } from "./parts/sorted-set.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** The cost decides whether a request is let in, and is then forgotten: the window counts requests. */
export const mutant: Mutant = {
  about: "Charges every request one, whatever it costs.",
  source: "upstash/ratelimit-js, whose multi-region limiter syncs the weight of another request",
  convictedBy: ["within-bound"],
  scenarios: ["weighted-cost"],
  variant: wrongLimiter({
    about: "A sorted set with one entry a request.",
    protect: (context) =>
      scripted(context, {
        name: "charges-one",
        script: script(`${REDIS_CLOCK}${COUNT}\nif reply[1] == 0 then${ONE_ENTRY}\nend\nreturn reply`),
        args: (cost, { limit, windowMs }) => [cost, limit, windowMs, randomUUID()],
      }),
  }),
};

const ONE_ENTRY = RECORD.replace("for i = 1, cost do", "for i = 1, 1 do");
