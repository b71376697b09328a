import { Redis } from "ioredis";
import type { KeyAudit } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { noteOwnConnection } from "./own-connections.ts";

/** Every so many-th key is asked how much memory it takes. */
const sampleEvery = 50;

/**
 * Asks every key of a subject of this run how long it has to live, by one SCAN over the Redis. A subject's key has the
 * subject's name on the wire in it, which begins with `runId`; what the limiter keeps for itself has not.
 */
export async function auditKeys(redisUrl: string, runId: string): Promise<KeyAudit> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, commandTimeout: 10_000 });
  redis.on("error", () => {});
  noteOwnConnection();
  const fromMs = monotonicMs();
  const seen = new Seen();
  let cursor = "0";
  try {
    do {
      const [next, found] = await redis.scan(cursor, "MATCH", `*${runId}:*`, "COUNT", 1_000);
      cursor = next;
      const keys = found.filter((key) => key.replace(`gatecrash-${runId}`, "").includes(`${runId}:`));
      const lives = await Promise.all(keys.map((key) => redis.pttl(key)));
      for (const [index, key] of keys.entries()) seen.key(key, lives[index] ?? gone);
      const sampled = keys.filter((_, index) => index % sampleEvery === 0);
      for (const bytes of await Promise.all(sampled.map((key) => redis.memory("USAGE", key))))
        if (bytes !== null) seen.bytes(bytes);
    } while (cursor !== "0");
  } finally {
    redis.disconnect();
  }
  return { fromMs, untilMs: monotonicMs(), ...seen.all() };
}

/** What PTTL says of a key that does not expire, and of one that is no more. */
const endless = -1;
const gone = -2;

class Seen {
  #keys = 0;
  #endless = 0;
  #endlessKey: string | null = null;
  #longestMs = 0;
  #longestKey: string | null = null;
  #sampledKeys = 0;
  #sampledBytes = 0;

  key(key: string, lifeMs: number): void {
    if (lifeMs === gone) return;
    this.#keys++;
    if (lifeMs === endless) {
      this.#endless++;
      this.#endlessKey ??= key;
    } else if (lifeMs > this.#longestMs) {
      this.#longestMs = lifeMs;
      this.#longestKey = key;
    }
  }

  bytes(bytes: number): void {
    this.#sampledKeys++;
    this.#sampledBytes += bytes;
  }

  all(): Omit<KeyAudit, "fromMs" | "untilMs"> {
    return {
      keys: this.#keys,
      endless: this.#endless,
      endlessKey: this.#endlessKey,
      longestMs: this.#longestMs,
      longestKey: this.#longestKey,
      sampledKeys: this.#sampledKeys,
      sampledBytes: this.#sampledBytes,
    };
  }
}
