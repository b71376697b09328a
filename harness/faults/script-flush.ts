import { randomUUID } from "node:crypto";
import { tellRedis } from "../system/redis/tell-redis.ts";
import { allReply, askEach, timesOf } from "./ask-each.ts";
import { eventually } from "./eventually.ts";
import type { Fault } from "./fault.ts";
import { redisFault, type Way } from "./redis-fault.ts";
import { repeating } from "./repeating.ts";
import { replicaWords } from "./seen-words.ts";

/** How often. */
export interface ScriptFlushOptions {
  /** Again and again with so many milliseconds between, as long as it is in force. @default once */
  readonly everyMs?: number;
}

/** Redis forgets all scripts (SCRIPT FLUSH), and nothing else. */
export function scriptFlush({ everyMs }: ScriptFlushOptions = {}): Fault {
  if (everyMs !== undefined && !(everyMs > 0)) throw new RangeError(`everyMs of script-flush is ${everyMs}`);
  return redisFault({
    name: "script-flush",
    legend: `Redis forgets its scripts${everyMs === undefined ? "" : ` every ${everyMs} ms`}`,
    async breakRedis({ url, ways, undo }) {
      const script = await loadScript(url);
      const flush = () => tellRedis(url, ["SCRIPT", "FLUSH"]);
      if (everyMs === undefined) await flush();
      else undo.use(repeating(flush, everyMs));
      return { verify: () => seeForgotten(ways, script), verifyHealed: () => seeKept(url, ways) };
    },
  });
}

/** Loads a script that nobody else has, and gives its digest. */
async function loadScript(url: string): Promise<string> {
  return String(await tellRedis(url, ["SCRIPT", "LOAD", `return "${randomUUID()}"`]));
}

function seeForgotten(ways: readonly Way[], script: string): Promise<string | null> {
  return eventually(async () => {
    const known = await askEach(ways, ["SCRIPT", "EXISTS", script]);
    if (!allReply(known, (reply) => reply === "0")) return null;
    return `a script that was loaded before is unknown on ${replicaWords(known)} (asked in ${timesOf(known)})`;
  });
}

async function seeKept(url: string, ways: readonly Way[]): Promise<string | null> {
  const script = await loadScript(url);
  const known = await askEach(ways, ["SCRIPT", "EXISTS", script]);
  if (!allReply(known, (reply) => reply === "1")) return null;
  return `a script that is loaded is known on ${replicaWords(known)} (asked in ${timesOf(known)})`;
}
