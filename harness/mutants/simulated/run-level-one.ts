import { Redis } from "ioredis";
import type { Algorithm } from "../../../limiter/algorithms/algorithm.ts";
import { ALGORITHMS } from "../../../limiter/limiter-options.ts";
import { referenceVariant } from "../../../limiter/reference-variant.ts";
import type { Variant } from "../../../limiter/variants/variant.ts";
import type { Scenario } from "../../scenario.ts";
import { processGateways } from "../../virtual/process-gateways.ts";
import { twinGateways } from "../../virtual/twin-gateways.ts";
import type { NamedMutant } from "../trials-of.ts";
import type { Batch, BatchOutcome } from "./batch.ts";
import { type BatchesOptions, batchesOf } from "./batches-of.ts";
import { runBatch, type SimulatedLimiter } from "./run-batch.ts";
import { saveBatch, savedBatch } from "./saved-batch.ts";

/** The level in simulated time. */
export interface LevelOneOptions extends Omit<BatchesOptions, "correct"> {
  /** Folder of the outcomes: what lies there, of the same source, is not run again. */
  readonly out: string;
  /** A digest of the source that is run. */
  readonly source: string;
  /** A real Redis, for scripts; only our own keys are deleted. */
  readonly redisUrl: string;
  /** Whether correct limiters are tried too. */
  readonly acquittals: "all" | "none";
  /** A batch is done, of so many. */
  readonly onBatch: (outcome: BatchOutcome, done: number, of: number) => void;
}

/** Runs what was not run before of the level in simulated time, and returns all of it. */
export async function runLevelOne(options: LevelOneOptions): Promise<BatchOutcome[]> {
  const { out, source, redisUrl, acquittals, stories, mutants, onBatch } = options;
  const correct = acquittals === "all" ? Object.keys(ALGORITHMS) : [];
  const batches = batchesOf({ ...options, correct });
  const scenarios = new Map(stories.map(({ name, thing }) => [name, thing]));
  const redis = new Redis(redisUrl);
  const outcomes: BatchOutcome[] = [];
  try {
    for (const batch of batches) {
      const saved = await savedBatch(out, batch, source);
      const outcome =
        saved ?? (await runBatch(batch, scenarioOf(scenarios, batch), limiterOf(batch, mutants, redis)));
      if (saved === null) await saveBatch(out, outcome, source);
      outcomes.push(outcome);
      onBatch(outcome, outcomes.length, batches.length);
    }
  } finally {
    redis.disconnect();
  }
  return outcomes;
}

function scenarioOf(scenarios: ReadonlyMap<string, Scenario>, { scenario }: Batch): Scenario {
  const found = scenarios.get(scenario);
  if (found === undefined) throw new RangeError(`There is no scenario ${scenario}.`);
  return found;
}

function limiterOf({ limiter }: Batch, mutants: readonly NamedMutant[], redis: Redis): SimulatedLimiter {
  const mutant = mutants.find(({ name }) => name === limiter);
  if (mutant !== undefined) return inRedis(mutant.thing.variant({ bug: true }), redis);
  const name = limiter.replace(/ \(.*/, "") as keyof typeof ALGORITHMS;
  if (limiter.endsWith("(Redis)")) return inRedis(referenceVariant(name, "The reference limiter."), redis);
  return inMemory(ALGORITHMS[name]);
}

function inMemory(algorithm: Algorithm): SimulatedLimiter {
  return {
    promises: algorithm.promises,
    gateways: ({ policies }, { time, clock, replicas }) =>
      twinGateways(algorithm, { policies, replicas }, () => clock.atUs(time.nowMs)),
  };
}

function inRedis(variant: Variant, redis: Redis): SimulatedLimiter {
  let run = 0;
  return {
    promises: variant.promises,
    gateways: ({ policies }, world) => {
      const keyPrefix = `gatecrash-simulated-${process.pid}-${redis.options.port}-${world.seed}-${run++}`;
      return processGateways({ variant, policies, redis, keyPrefix }, world);
    },
  };
}
