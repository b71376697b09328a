import { allReply, askEach, seePings, timesOf } from "./ask-each.ts";
import type { Fault } from "./fault.ts";
import { redisFault } from "./redis-fault.ts";
import { replicaWords } from "./seen-words.ts";

/** Connections to it are still accepted: it is silence that shows it, for so long. */
const silentMs = 300;

/** Redis stands still (SIGSTOP) with its connections open; healed, it goes on as if nothing had been. */
export function redisFreeze(): Fault {
  return redisFault({
    name: "redis-freeze",
    cutsOff: true,
    breaksRedis: true,
    legend: "Redis stands still",
    async breakRedis({ controls, ways, undo }) {
      const before = await askEach(ways, ["PING"]);
      undo.defer(controls.thaw);
      await controls.freeze();
      return {
        async verify() {
          const now = await askEach(ways, ["PING"], silentMs);
          if (!allReply(before) || now.some(({ answer }) => answer.kind !== "silent")) return null;
          return `PING was not answered within ${silentMs} ms on ${replicaWords(now)} (before: ${timesOf(before)})`;
        },
        verifyHealed: () => seePings(ways),
      };
    },
  });
}
