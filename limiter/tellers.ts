import { createHash } from "node:crypto";
import type { Script } from "./algorithms/decide-script.ts";
import type { RedisLink } from "./redis-link.ts";

/**
 * The processes that are telling Redis what they admitted without it, as Redis knows them: it takes as long as there are
 * keys, and nobody else knows how many.
 */
export interface Tellers {
  /** This process is one of them, from now on. */
  readonly begin: () => void;
  /** Redis is away again: nothing is told for now. */
  readonly pause: () => void;
  /** All is told. */
  readonly done: () => void;
  /** Whether another one is, or Redis does not say. Who ceases to exist is one for {@link TELLER_FORGOTTEN_MS} more. */
  readonly areOthers: () => Promise<boolean>;
}

/** Who has not been heard of for so long tells nothing any more. */
export const TELLER_FORGOTTEN_MS = 1_000;

const HEARD_EVERY_MS = 250;

/** Keeps them in `key`; this process is `id`. */
export function tellers(link: RedisLink, key: string, id: string): Tellers {
  let timer: NodeJS.Timeout | undefined;

  const run = (life: number | "") => link.run(TELLERS, [key], [id, life]);

  function pause(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    begin() {
      void run(TELLER_FORGOTTEN_MS);
      timer ??= setInterval(run, HEARD_EVERY_MS, TELLER_FORGOTTEN_MS).unref();
    },
    pause,
    done() {
      pause();
      void run(0);
    },
    async areOthers() {
      const outcome = await run("");
      // An error while Redis can be asked is about this key alone: it holds something else.
      return outcome.ok ? (outcome.reply[0] ?? 0) > 0 : outcome.trouble !== "error";
    },
  };
}

const text = `-- KEYS: who is telling, by the milliseconds of Redis's clock until which that is believed.
-- ARGV: 1 who asks, 2 for how many milliseconds it is to be believed to be telling, or 0, or nothing if that is not to change.
-- Reply: how many others are telling.
local key, who, life = KEYS[1], ARGV[1], tonumber(ARGV[2])
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Also whoever has been heard of by a clock that has since stepped back.
redis.call("ZREMRANGEBYSCORE", key, "-inf", now)
redis.call("ZREMRANGEBYSCORE", key, now + ${TELLER_FORGOTTEN_MS + 1}, "+inf")
if life == 0 then redis.call("ZREM", key, who) end
if life and life > 0 then
  redis.call("ZADD", key, now + life, who)
  redis.call("PEXPIRE", key, life)
end
return { redis.call("ZCARD", key) - (redis.call("ZSCORE", key, who) and 1 or 0) }`;

const TELLERS: Script = { text, sha: createHash("sha1").update(text).digest("hex") };
