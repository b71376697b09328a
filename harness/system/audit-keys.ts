import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { KeyAudit, KeysSeen } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { hashedNames } from "./hashed-names.ts";
import { noteOwnConnection } from "./own-connections.ts";

/** Options of `auditKeys`. */
export interface AuditKeysOptions {
  /**
   * What was there before the run, in a Redis that nobody else uses: what came since and names no subject is looked at,
   * too. @default only keys that name a subject are
   */
  readonly keysBefore?: ReadonlySet<string>;
  /** Subjects of the run, as they are named on the wire: what is called by a usual hash of one is its key. @default none */
  readonly wireKeys?: Iterable<string>;
}

/**
 * Asks every key of a subject of this run how long it has to live, found by one SCAN over the Redis. A subject's key has
 * the subject's name on the wire in it, which begins with `runId`; what the limiter keeps for itself has not. A key never
 * expires if it is found so twice: what is under way at the first look may be about to give it a life.
 */
export async function auditKeys(
  redisUrl: string,
  runId: string,
  { keysBefore, wireKeys = [] }: AuditKeysOptions = {},
): Promise<KeyAudit> {
  const fromMs = monotonicMs();
  const isNamed = (key: string): boolean => key.replace(`gatecrash-${runId}`, "").includes(`${runId}:`);
  return asking(redisUrl, async (redis) => {
    const found = await keysIn(redis, keysBefore === undefined ? `*${runId}:*` : "*");
    const named = found.filter(isNamed);
    if (keysBefore === undefined) return { fromMs, ...(await seenOf(redis, named)), untilMs: monotonicMs() };
    const others = found.filter((key) => !(isNamed(key) || keysBefore.has(key) || ownNames.test(key)));
    const hashed = hashedNames(others, wireKeys);
    const [seen, unnamed] = await Promise.all([
      seenOf(redis, [...named, ...hashed]),
      seenOf(
        redis,
        others.filter((key) => !hashed.has(key)),
      ),
    ]);
    return { fromMs, ...seen, unnamed, untilMs: monotonicMs() };
  });
}

/** The names of all keys in a Redis, as `keysBefore` takes them. */
export function keysNow(redisUrl: string): Promise<ReadonlySet<string>> {
  return asking(redisUrl, async (redis) => new Set(await keysIn(redis, "*")));
}

/** What the harness itself writes into a Redis. */
const ownNames = /^gatecrash:(?:mark|marker|probe):/;
/** Every so many-th key is asked how much memory it takes. */
const sampleEvery = 50;
/** In a second, whoever gives a key its life in a call of its own has done so. */
const secondLookMs = 1_000;
const atOnce = 1_000;

/** What PTTL says of a key that does not expire, and of one that is no more. */
const endless = -1;
const gone = -2;

/** SCAN may give a key twice. */
async function keysIn(redis: Redis, match: string): Promise<readonly string[]> {
  const all = new Set<string>();
  let cursor = "0";
  do {
    const [next, found] = await redis.scan(cursor, "MATCH", match, "COUNT", atOnce);
    cursor = next;
    for (const key of found) all.add(key);
  } while (cursor !== "0");
  return [...all];
}

async function asking<T>(redisUrl: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, commandTimeout: 10_000 });
  redis.on("error", () => {});
  noteOwnConnection();
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function seenOf(redis: Redis, names: readonly string[]): Promise<KeysSeen> {
  const lives = await livesOf(redis, names);
  const keys = names.filter((_, index) => lives[index] !== gone);
  const suspects = names.filter((_, index) => lives[index] === endless);
  if (suspects.length > 0) await sleep(secondLookMs);
  const again = await livesOf(redis, suspects);
  const staying = suspects.filter((_, index) => again[index] === endless);
  const longestMs = lives.reduce((most, ms) => Math.max(most, ms), 0);
  const sampled: number[] = [];
  for (const batch of batchesOf(keys.filter((_, index) => index % sampleEvery === 0)))
    for (const bytes of await Promise.all(batch.map((key) => redis.memory("USAGE", key))))
      if (bytes !== null) sampled.push(bytes);
  return {
    keys: keys.length,
    endless: staying.length,
    endlessKey: staying[0] ?? null,
    longestMs,
    longestKey: longestMs > 0 ? (names[lives.indexOf(longestMs)] ?? null) : null,
    sampledKeys: sampled.length,
    sampledBytes: sampled.reduce((sum, bytes) => sum + bytes, 0),
  };
}

async function livesOf(redis: Redis, keys: readonly string[]): Promise<number[]> {
  const lives: number[] = [];
  for (const batch of batchesOf(keys))
    lives.push(...(await Promise.all(batch.map((key) => redis.pttl(key)))));
  return lives;
}

function* batchesOf(keys: readonly string[]): Iterable<readonly string[]> {
  for (let from = 0; from < keys.length; from += atOnce) yield keys.slice(from, from + atOnce);
}
