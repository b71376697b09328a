import { allReply, askEach, timesOf } from "./ask-each.ts";
import type { Fault } from "./fault.ts";
import { noteRun, seeOtherRun } from "./other-run.ts";
import { redisFault } from "./redis-fault.ts";
import { kindWords, replicaWords } from "./seen-words.ts";

/** Redis is killed (SIGKILL) and stays away; healing starts it again on the same port, with nothing in it. */
export function redisKill(): Fault {
  return redisFault({
    name: "redis-kill",
    cutsOff: true,
    breaksRedis: true,
    legend: "Redis is killed, and is empty when it comes back",
    losesState: "all",
    async breakRedis({ url, controls, ways, undo }) {
      const before = await noteRun(url);
      const pings = await askEach(ways, ["PING"]);
      undo.defer(controls.start);
      await controls.kill();
      return {
        async verify() {
          const now = await askEach(ways, ["PING"]);
          const kinds = now.map(({ answer }) => answer);
          if (!allReply(pings) || kinds.some(({ kind }) => !isGone.has(kind))) return null;
          return `PING was ${kindWords(kinds)} on ${replicaWords(now)} (before: ${timesOf(pings)})`;
        },
        verifyHealed: () => seeOtherRun(ways, before),
      };
    },
  });
}

/** A proxy accepts, and closes when it finds nobody behind itself. */
const isGone: ReadonlySet<string> = new Set(["refused", "closed", "reset"]);
