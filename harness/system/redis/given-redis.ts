import { redactedUrl } from "../../redacted.ts";
import { Refusal } from "../../refusal.ts";
import type { RedisServer } from "../redis-server.ts";
import { askRedis, type RedisAnswer } from "./ask-redis.ts";
import { isNewEnough, oldestRedis } from "./source.ts";

/**
 * A Redis that is not ours, by its URL: asked for its version, never flushed, never stopped. A `Refusal` if it does not
 * answer within `withinMs` or is too old.
 */
export async function givenRedis(url: string, withinMs = 5000): Promise<RedisServer> {
  const shown = redactedUrl(url);
  if (!/^rediss?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    throw new Refusal(`${shown} is no Redis URL: write it like redis://127.0.0.1:6379.`);
  }
  const { version } = await ask(url, shown, withinMs);
  if (!isNewEnough(version)) {
    throw new Refusal(`The Redis at ${shown} is version ${version}: give one of ${oldestRedis} or newer.`);
  }
  return {
    url,
    version,
    origin: `given: ${shown}`,
    owned: false,
    pid: null,
    controls: null,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function ask(url: string, shown: string, withinMs: number): Promise<RedisAnswer> {
  try {
    return await askRedis(url, withinMs);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll(url, shown) : String(cause);
    throw new Refusal(`The Redis at ${shown} cannot be used (${reason}): start it or correct --redis.`, {
      cause,
    });
  }
}
