import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { KeyAudit, KeysSeen } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { noteOwnConnection } from "./own-connections.ts";

/** Options of `auditKeys`. */
export interface AuditKeysOptions {
  /**
   * What was there before the run, in a Redis that nobody else uses: what came since and names no subject, as where names
   * are hashed, is looked at too. @default only keys that name a subject are
   */
  readonly keysBefore?: ReadonlySet<string>;
}

/**
 * Asks every key of a subject of this run how long it has to live, by one SCAN over the Redis. A subject's key has the
 * subject's name on the wire in it, which begins with `runId`; what the limiter keeps for itself has not. A key never
 * expires if it is found so twice: what is under way at the first look may be about to give it a life.
 */
export async function auditKeys(
  redisUrl: string,
  runId: string,
  { keysBefore }: AuditKeysOptions = {},
): Promise<KeyAudit> {
  const fromMs = monotonicMs();
  const [named, unnamed] = [new Looked(), new Looked()];
  const placeOf = (key: string): Looked | null => {
    if (key.replace(`gatecrash-${runId}`, "").includes(`${runId}:`)) return named;
    return keysBefore === undefined || keysBefore.has(key) || ownNames.test(key) ? null : unnamed;
  };
  const match = keysBefore === undefined ? `*${runId}:*` : "*";
  await asking(redisUrl, async (redis) => {
    for await (const found of keysOf(redis, match)) {
      for (const looked of [named, unnamed])
        await looked.at(
          redis,
          found.filter((key) => placeOf(key) === looked),
        );
    }
    if (named.endless.length + unnamed.endless.length > 0) await sleep(secondLookMs);
    await named.again(redis);
    await unnamed.again(redis);
  });
  const others = keysBefore === undefined ? {} : { unnamed: unnamed.seen() };
  return { fromMs, untilMs: monotonicMs(), ...named.seen(), ...others };
}

/** The names of all keys in a Redis, as `keysBefore` takes them. */
export function keysNow(redisUrl: string): Promise<ReadonlySet<string>> {
  return asking(redisUrl, async (redis) => {
    const all = new Set<string>();
    for await (const found of keysOf(redis, "*")) for (const key of found) all.add(key);
    return all;
  });
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

/** In batches; SCAN may give a key twice. */
async function* keysOf(redis: Redis, match: string): AsyncGenerator<readonly string[]> {
  let cursor = "0";
  do {
    const [next, found] = await redis.scan(cursor, "MATCH", match, "COUNT", atOnce);
    cursor = next;
    yield found;
  } while (cursor !== "0");
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

class Looked {
  /** Keys that did not expire when they were looked at first. */
  endless: readonly string[] = [];
  readonly #keys = new Set<string>();
  #longestMs = 0;
  #longestKey: string | null = null;
  #sampledKeys = 0;
  #sampledBytes = 0;

  async at(redis: Redis, found: readonly string[]): Promise<void> {
    const keys = found.filter((key) => !this.#keys.has(key));
    const lives = await Promise.all(keys.map((key) => redis.pttl(key)));
    for (const [index, key] of keys.entries()) this.#key(key, lives[index] ?? gone);
    this.endless = [...this.endless, ...keys.filter((_, index) => lives[index] === endless)];
    const sampled = keys.filter((_, index) => index % sampleEvery === 0);
    for (const bytes of await Promise.all(sampled.map((key) => redis.memory("USAGE", key)))) {
      if (bytes === null) continue;
      this.#sampledKeys++;
      this.#sampledBytes += bytes;
    }
  }

  /** Looks once more at those that did not expire. */
  async again(redis: Redis): Promise<void> {
    const still: string[] = [];
    for (let from = 0; from < this.endless.length; from += atOnce) {
      const keys = this.endless.slice(from, from + atOnce);
      const lives = await Promise.all(keys.map((key) => redis.pttl(key)));
      still.push(...keys.filter((_, index) => lives[index] === endless));
    }
    this.endless = still;
  }

  #key(key: string, lifeMs: number): void {
    if (lifeMs === gone) return;
    this.#keys.add(key);
    if (lifeMs <= this.#longestMs) return;
    this.#longestMs = lifeMs;
    this.#longestKey = key;
  }

  seen(): KeysSeen {
    return {
      keys: this.#keys.size,
      endless: this.endless.length,
      endlessKey: this.endless[0] ?? null,
      longestMs: this.#longestMs,
      longestKey: this.#longestKey,
      sampledKeys: this.#sampledKeys,
      sampledBytes: this.#sampledBytes,
    };
  }
}
