import { randomUUID } from "node:crypto";
import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";
import { COUNT, RECORD, REDIS_CLOCK } from "./parts/sorted-set.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** A key dies a window after its first request, and all that it let in since is forgotten with it. */
export const mutant: Mutant = {
  about: "Gives a key its life when it is made, and no longer one when it is used.",
  source: "Southclaws/swirl#3, mailgun/gubernator#118",
  convictedBy: ["within-bound"],
  scenarios: ["window-edge"],
  levels: [2, 3],
  variant: wrongLimiter({
    about: "A sorted set whose expiry is set once.",
    protect: (context) =>
      scripted(context, {
        name: "expires-from-its-birth",
        script: script(`${REDIS_CLOCK}${COUNT}\nif reply[1] == 0 then${RECORD_ONCE}\nend\nreturn reply`),
        args: (cost, { limit, windowMs }) => [cost, limit, windowMs, randomUUID()],
      }),
  }),
};

const RECORD_ONCE = RECORD.replace(
  'redis.call("PEXPIRE"',
  'if redis.call("ZCARD", KEYS[1]) == cost then redis.call("PEXPIRE"',
).concat(" end");
