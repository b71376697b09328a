import type { Redis } from "ioredis";
import { median } from "../median.ts";
import { type Bench, type BenchOptions, type BenchOutcome, type Mark, markOf } from "./bench.ts";
import type { Contender } from "./limiter/contender.ts";
import { memoryPerKey } from "./limiter/memory-per-key.ts";
import { own } from "./limiter/own.ts";
import { physicalLimit } from "./limiter/physical-limit.ts";
import { rateLimitRedis } from "./limiter/rate-limit-redis.ts";
import { rateLimiterFlexible } from "./limiter/rate-limiter-flexible.ts";
import { upstash } from "./limiter/upstash.ts";
import { type Volley, volley } from "./limiter/volley.ts";
import { withRedis } from "./limiter/with-redis.ts";

/** Nearly everything is admitted, as at a gateway; a denial is cheaper for whoever is asked more often. */
const limit = { limit: 1_000, windowMs: 60_000 };
const keys = 10_000;
/** One caller is measured in more and shorter turns: a machine that is disturbed for a while then spoils few of many. */
const rounds = { busy: 7, alone: 15 };
const many = 256;
/** The peer whom the marks name, as it is and with ioredis's own pipelining: the better of the two counts. */
const measure = ["rate-limiter-flexible", "rate-limiter-flexible-pipelined"];

/** Our algorithms beside other limiters, each with one connection to the same Redis, asked in turns. */
export const bench: Bench = {
  name: "limiter",
  about:
    "Decisions per second, node and Redis microseconds per decision and memory per key, beside rate-limiter-flexible, @upstash/ratelimit and rate-limit-redis on one Redis, for 256 callers and for one.",
  run: (options: BenchOptions): Promise<BenchOutcome> =>
    withRedis(options.onStep ?? (() => {}), (redis, url) => measured(redis, url, options)),
};

async function measured(
  redis: Redis,
  url: string,
  { stretch = 1, onStep = () => {} }: BenchOptions,
): Promise<BenchOutcome> {
  await using all = new AsyncDisposableStack();
  const contenders = (await contendersOn(url)).map((contender) => all.use(contender));
  onStep("warming up");
  for (const contender of contenders)
    await volley(contender, redis, { callers: many, durationMs: 300, keys });
  const busy = await inTurns(contenders, redis, many, rounds.busy, 260 * stretch, onStep);
  const alone = await inTurns(contenders, redis, 1, rounds.alone, 120 * stretch, onStep);
  onStep("memory per key, and what Redis can do at most");
  const numbers = { ...numbersOf(busy, many), ...numbersOf(alone, 1) };
  for (const contender of contenders) {
    for (const hits of [1, 100]) {
      numbers[`memoryBytes.${hits}.${contender.name}`] = await memoryPerKey(contender, redis, hits);
    }
  }
  numbers.trivialScriptsPerSecond = await physicalLimit(redis, 1_000 * stretch);
  return { numbers, marks: marksOf(busy, alone) };
}

async function contendersOn(redis: string): Promise<Contender[]> {
  return [
    await own("gcra", redis, limit, "closed"),
    await rateLimiterFlexible(redis, limit, "off"),
    await own("sliding-log", redis, limit, "closed"),
    await rateLimiterFlexible(redis, limit, "auto"),
    await own("gcra", redis, limit, "local"),
    await own("sliding-log", redis, limit, "local"),
    await upstash(redis, limit),
    await rateLimitRedis(redis, limit),
  ];
}

/** A volley each, round after round. */
async function inTurns(
  contenders: readonly Contender[],
  redis: Redis,
  callers: number,
  rounds: number,
  durationMs: number,
  onStep: (step: string) => void,
): Promise<Map<string, Volley[]>> {
  const volleys = new Map<string, Volley[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    onStep(`${callers} callers, round ${round} of ${rounds}`);
    // Whoever is first in one round is last in the next.
    const order = round % 2 === 0 ? contenders.toReversed() : contenders;
    for (const contender of order) {
      volleys.get(contender.name)?.push(await volley(contender, redis, { callers, durationMs, keys }));
    }
  }
  return volleys;
}

function numbersOf(volleys: ReadonlyMap<string, readonly Volley[]>, callers: number): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [name, each] of volleys) {
    const rates = each.map(({ perSecond }) => perSecond);
    numbers[`perSecond.${callers}.${name}`] = median(rates);
    numbers[`perSecondLeast.${callers}.${name}`] = Math.min(...rates);
    numbers[`perSecondMost.${callers}.${name}`] = Math.max(...rates);
    numbers[`nodeUs.${callers}.${name}`] = median(each.map(({ nodeUs }) => nodeUs));
    numbers[`redisUs.${callers}.${name}`] = median(each.map(({ redisUs }) => redisUs));
    const ratios = ratiosOf(volleys, name);
    numbers[`ratio.${callers}.${name}`] = median(ratios);
    numbers[`ratioLeast.${callers}.${name}`] = Math.min(...ratios);
    numbers[`ratioMost.${callers}.${name}`] = Math.max(...ratios);
  }
  return numbers;
}

/** A ratio for each round, since what disturbs the machine for a round disturbs both. */
function ratiosOf(volleys: ReadonlyMap<string, readonly Volley[]>, name: string): number[] {
  const rates = (of: string) => volleys.get(of)?.map(({ perSecond }) => perSecond) ?? [];
  const better = measure.map(rates).reduce((one, other) => (median(other) > median(one) ? other : one));
  return rates(name).map((rate, round) => rate / (better[round] ?? Number.NaN));
}

function marksOf(busy: Map<string, Volley[]>, alone: Map<string, Volley[]>): Mark[] {
  const than = "to rate-limiter-flexible";
  return [
    markOf(`gcra ${than}, ${many} callers`, median(ratiosOf(busy, "gcra")), 3.5, "higher"),
    markOf(`sliding-log ${than}, ${many} callers`, median(ratiosOf(busy, "sliding-log")), 2.5, "higher"),
    markOf(`gcra ${than}, one caller`, median(ratiosOf(alone, "gcra")), 0.95, "higher"),
    markOf(`sliding-log ${than}, one caller`, median(ratiosOf(alone, "sliding-log")), 0.95, "higher"),
  ];
}
