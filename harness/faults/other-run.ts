import { randomUUID } from "node:crypto";
import { infoField, tellRedis } from "../system/redis/tell-redis.ts";
import { allReply, askEach, type PathAnswer, timesOf } from "./ask-each.ts";
import { eventually } from "./eventually.ts";
import type { Way } from "./redis-fault.ts";
import { replicaWords } from "./seen-words.ts";

/** One run of a Redis, known again by what it calls itself and by a key that was left in it. */
export interface NotedRun {
  readonly runId: string;
  readonly marker: string;
}

/** Leaves a key in the Redis at `url`, so that its loss is seen. */
export async function noteRun(url: string): Promise<NotedRun> {
  const marker = `gatecrash:marker:${randomUUID()}`;
  await tellRedis(url, ["SET", marker, "1", "PX", "3600000"]);
  return { runId: runIdIn(String(await tellRedis(url, ["INFO", "server"]))), marker };
}

/** Waits a while until every path leads to another run, in which the key is not; then says so, else `null`. */
export function seeOtherRun(ways: readonly Way[], before: NotedRun): Promise<string | null> {
  return eventually(async () => {
    const told = await askEach(ways, ["INFO", "server"]);
    const kept = await askEach(ways, ["EXISTS", before.marker]);
    const isOther = allReply(told, (reply) => runIdIn(reply) !== "" && runIdIn(reply) !== before.runId);
    if (!isOther || !allReply(kept, (reply) => reply === "0")) return null;
    const [now = ""] = told.map(runIdOf);
    return `run ${shown(before.runId)} of Redis has become ${shown(now)} on ${replicaWords(told)}, in ${timesOf(told)}, and a key from before is gone`;
  });
}

function runIdOf({ answer }: PathAnswer): string {
  return answer.kind === "answered" ? runIdIn(answer.reply) : "";
}

function runIdIn(info: string): string {
  return infoField(info, "run_id");
}

function shown(runId: string): string {
  return runId.slice(0, 8);
}
