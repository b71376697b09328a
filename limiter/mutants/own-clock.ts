import { randomUUID } from "node:crypto";
import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";
import { COUNT, RECORD } from "./parts/sorted-set.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** A replica that is ahead throws away what the others have counted; to one that is behind nothing ever expires. */
export const mutant: Mutant = {
  about: "Takes the time from whoever asks.",
  source: "spring-cloud/spring-cloud-gateway#1688 and #1117",
  convictedBy: ["within-bound", "no-false-denials"],
  scenarios: ["clock-skew"],
  levels: [1, 3],
  variant: wrongLimiter({
    about: "A sorted set by the clocks of the replicas.",
    protect: (context) =>
      scripted(context, {
        name: "own-clock",
        script: script(
          `local now = ARGV[5] * 1000${COUNT}\nif reply[1] == 0 then${RECORD}\nend\nreturn reply`,
        ),
        args: (cost, { limit, windowMs }) => [cost, limit, windowMs, randomUUID(), Date.now()],
      }),
  }),
};
