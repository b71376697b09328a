import { tellRedis } from "../system/redis/tell-redis.ts";
import { seePings } from "./ask-each.ts";
import type { Fault } from "./fault.ts";
import { redisFault } from "./redis-fault.ts";
import { repeating } from "./repeating.ts";
import { type Asked, seeStalls, usualAnswers } from "./see-stalls.ts";

/** How long, and how often. */
export interface SlowScriptOptions {
  /** How long one run of the script keeps Redis busy; under 5 ms nobody can tell. */
  readonly scriptMs: number;
  /** From the beginning of one run to that of the next, as long as it is in force. @default twice scriptMs */
  readonly everyMs?: number;
}

/**
 * ARGV[1]: milliseconds. Replies 1 once Redis was busy for so long. Servers older than 7 know no `os`, but let TIME go
 * on in a script.
 */
const busyScript = `
local os = rawget(_G, "os")
local function seconds()
  if os then return os.clock() end
  local time = redis.call("TIME")
  return time[1] + time[2] / 1000000
end
local busyUntil = seconds() + ARGV[1] / 1000
while seconds() < busyUntil do end
return 1`;

/** Somebody else's script keeps Redis busy, again and again: everybody waits. */
export function slowScript({ scriptMs, everyMs = 2 * scriptMs }: SlowScriptOptions): Fault {
  if (!(scriptMs >= 0) || !(everyMs >= 0))
    throw new RangeError(`slow-script of ${scriptMs} ms every ${everyMs} ms`);
  return redisFault({
    name: "slow-script",
    breaksRedis: true,
    legend: `a script keeps Redis busy for ${scriptMs} ms every ${everyMs} ms`,
    async breakRedis({ url, ways, undo }) {
      const asked: readonly Asked[] = ways.map(({ replica, probe }) => ({
        replica,
        ask: (withinMs) => probe.ask(["PING"], withinMs),
      }));
      const before = await usualAnswers(asked);
      const run = (ms = scriptMs) =>
        tellRedis(url, ["EVAL", busyScript, "0", String(ms)], Number.POSITIVE_INFINITY);
      await run(0);
      if (scriptMs > 0) {
        const runs = repeating(() => run(), everyMs);
        undo.defer(async () => {
          const ended = runs[Symbol.asyncDispose]();
          // One that runs for long is cut short: Redis lets that happen after five seconds.
          await tellRedis(url, ["SCRIPT", "KILL"], 10_000).catch(() => undefined);
          await ended;
        });
      }
      return {
        verify: () => seeStalls({ question: "PING", stallMs: scriptMs, everyMs }, asked, before),
        verifyHealed: () => seePings(ways),
      };
    },
  });
}
