import { randomUUID } from "node:crypto";
import { allRefuse, allReply, askEach, type PathAnswer, timesOf } from "./ask-each.ts";
import { eventually } from "./eventually.ts";
import type { Way } from "./redis-fault.ts";
import { replicaWords } from "./seen-words.ts";

/** Writes a key of our own, which is gone at once, on every path. */
export function tryWrites(ways: readonly Way[]): Promise<PathAnswer[]> {
  return askEach(ways, ["SET", `gatecrash:probe:${randomUUID()}`, "1", "PX", "1"]);
}

/** What is seen of writes that are answered with an error that begins so; `null` unless all are, and none was `before`. */
export async function seeRefusedWrites(
  ways: readonly Way[],
  before: readonly PathAnswer[],
  error: string,
): Promise<string | null> {
  const now = await tryWrites(ways);
  if (!allReply(before) || !allRefuse(now, error)) return null;
  const [first] = now.map(({ answer }) => (answer.kind === "error" ? answer.message : ""));
  return `SET was answered with "${first}" in ${timesOf(now)} on ${replicaWords(now)} (before: written in ${timesOf(before)})`;
}

/** Waits a while until a write succeeds on every path, and says so; `null` if it does not. */
export function seeWrites(ways: readonly Way[]): Promise<string | null> {
  return eventually(async () => {
    const now = await tryWrites(ways);
    return allReply(now) ? `SET took ${timesOf(now)} on ${replicaWords(now)}` : null;
  });
}
