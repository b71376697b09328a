import type { Redis } from "ioredis";
import { decideScript } from "../../limiter/algorithms/decide-script.ts";
import { slidingLog } from "../../limiter/algorithms/sliding-log.ts";
import { median } from "../median.ts";
import type { Bench, BenchOptions, BenchOutcome } from "./bench.ts";
import { redisCpuUs } from "./limiter/redis-cpu.ts";
import { withRedis } from "./limiter/with-redis.ts";

const policy = { name: "bench", limit: 1_000, windowMs: 60_000 };
const subjects = 200;
const held = [1, 10, 100];
const rounds = 5;
const inFlight = 50;

/** The same exact log of admissions in three forms: what does a key weigh, and what does an admission cost Redis? */
export const bench: Bench = {
  name: "storage",
  about:
    "An exact sliding log as the ring in one string that the limiter keeps, as a list and as a sorted set: bytes per key, and Redis microseconds per admission.",
  run: (options: BenchOptions): Promise<BenchOutcome> =>
    withRedis(options.onStep ?? (() => {}), async (redis) => {
      const found = new Map<string, number[]>();
      const note = (name: string, value: number) => found.set(name, [...(found.get(name) ?? []), value]);
      for (let round = 0; round <= rounds; round++) {
        options.onStep?.(round === 0 ? "warming up" : `round ${round} of ${rounds}`);
        for (const form of round % 2 === 0 ? forms : forms.toReversed()) {
          for (const [name, value] of Object.entries(await filled(redis, form))) {
            if (round > 0) note(`${name}.${form.name}`, value);
          }
        }
      }
      return { numbers: Object.fromEntries([...found].map(([name, all]) => [name, median(all)])), marks: [] };
    }),
};

interface Form {
  readonly name: string;
  readonly text: string;
  readonly call: (key: string) => readonly (string | number)[];
}

const windowUs = 1_000 * policy.windowMs;
const plain = (key: string) => [1, key];
const now = `local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]`;
const expire = `redis.call("PEXPIRE", KEYS[1], ${policy.windowMs})`;

const forms: readonly Form[] = [
  {
    name: "ring",
    text: decideScript([slidingLog], [[1, ...slidingLog.numbers(policy)]], undefined).text,
    call: (key) => [2, "none", key, Number.MAX_SAFE_INTEGER, 1, 0],
  },
  {
    name: "list",
    text: `${now}
local oldest = redis.call("LINDEX", KEYS[1], 0)
while oldest and tonumber(oldest) <= now - ${windowUs} do
  redis.call("LPOP", KEYS[1])
  oldest = redis.call("LINDEX", KEYS[1], 0)
end
local used = redis.call("LLEN", KEYS[1])
if used >= ${policy.limit} then return { 1, 0, oldest + ${windowUs} - now } end
redis.call("RPUSH", KEYS[1], string.format("%.0f", now))
${expire}
return { 0, ${policy.limit} - used - 1, 0 }`,
    call: plain,
  },
  {
    name: "sorted-set",
    text: `${now}
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", string.format("%.0f", now - ${windowUs}))
local used = redis.call("ZCARD", KEYS[1])
if used >= ${policy.limit} then
  local oldest = redis.call("ZRANGE", KEYS[1], 0, 0, "WITHSCORES")
  return { 1, 0, oldest[2] + ${windowUs} - now }
end
local stamp = string.format("%.0f", now)
redis.call("ZADD", KEYS[1], stamp, stamp .. ":" .. used)
${expire}
return { 0, ${policy.limit} - used - 1, 0 }`,
    call: plain,
  },
];

/** Admits to all subjects in turn until each holds the most of `held`; microseconds since the number before. */
async function filled(redis: Redis, { name, text, call }: Form): Promise<Record<string, number>> {
  await redis.flushall();
  const sha = String(await redis.script("LOAD", text));
  const key = (i: number) => `${name}:{198.51.100.${i}}`;
  const numbers: Record<string, number> = {};
  let done = 0;
  for (const count of held) {
    const before = await redisCpuUs(redis);
    for (let at = done * subjects; at < count * subjects; at += inFlight) {
      const pipeline = redis.pipeline();
      for (let i = at; i < at + inFlight; i++)
        pipeline.evalsha(sha, ...(call(key(i % subjects)) as [number]));
      for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
    }
    numbers[`admissionUs.${count}`] = ((await redisCpuUs(redis)) - before) / ((count - done) * subjects);
    numbers[`bytes.${count}`] = Number(await redis.memory("USAGE", key(0)));
    done = count;
  }
  return numbers;
}
