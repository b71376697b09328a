import {
  type BlockMeasure,
  type BlockNumbers,
  type Comparison,
  comparisonSchemaVersion,
  type RunMeasure,
} from "./comparison.ts";
import { differences } from "./differences.ts";

/** Test support: a run that never happened, but for what is said of it. */
export function sampleMeasure(said: Partial<RunMeasure> = {}): RunMeasure {
  const exact = { proved: 1, estimate: 1, atMost: 1.01 };
  const none = { proved: 0, estimate: 0, atMost: 0.001 };
  return {
    trial: 1,
    verdict: "pass",
    reason: "All proofs held",
    accuracy: { wronglyAllowedShare: none, wronglyDeniedShare: none, worstAdmittedRatio: exact },
    outageRatio: exact,
    outcomes: { allowed: 9_000, denied: 1_000, unavailable: 0, errors: 0, lost: 0 },
    recoveryMs: { proved: 200, estimate: 300, atMost: 300 },
    bytesPerKey: 128,
    line: {
      slotMs: 100,
      ratios: Array.from({ length: 190 }, (_, slot) => Math.min(1, slot / 20)),
      phases: [
        { name: "baseline", fromMs: 0, untilMs: 4_000 },
        { name: "fault", fromMs: 4_000, untilMs: 10_000 },
        { name: "recovery", fromMs: 10_000, untilMs: 19_000 },
      ],
      faults: [{ name: "redis-down", fromMs: 4_010, untilMs: 9_900 }],
    },
    folder: "/tmp/run",
    ...said,
  };
}

/** Test support: a block that never happened, but for what is said of it. */
export function sampleBlock(block: number, said: Partial<BlockNumbers> = {}): BlockMeasure {
  const numbers = {
    p50Ms: 0.9,
    p99Ms: 3.2,
    controlP50Ms: 0.5,
    decisionsPerSecond: 6_000,
    gatewayCpuUs: 180,
    redisCpuUs: 21,
    redisReads: 0.8,
    redisCommands: 4.1,
    redisBytesIn: 160,
    redisBytesOut: 30,
    ...said,
  };
  return { block, numbers };
}

/** Test support: one that keeps its limit, one that does not, and one that could not be run. */
export function sampleComparison(said: Partial<Comparison> = {}): Comparison {
  const trials = 2;
  const kept = Array.from({ length: trials }, (_, index) => sampleMeasure({ trial: index + 1 }));
  const broken = kept.map((run): RunMeasure => {
    const ratios = run.line.ratios.map((ratio, slot) => (slot > 40 && slot < 62 ? 1.5 : ratio));
    const ratio = { proved: 1.494, estimate: 1.5, atMost: 1.52 };
    return { ...run, verdict: "fail", outageRatio: ratio, line: { ...run.line, ratios } };
  });
  const options = { margin: 0.05, comparisons: 2 };
  const blocks = [sampleBlock(1), sampleBlock(2)];
  return {
    schemaVersion: comparisonSchemaVersion,
    scenario: "drained-gateway",
    about: "What is given away when a gateway is drained?",
    seed: 1,
    ratePerSecond: 3_000,
    replicas: 3,
    trials,
    blocks: blocks.length,
    blockRatePerSecond: 1_000,
    margin: options.margin,
    command: "npm run compare drained-gateway -- --variants sliding-log,cold-share,gone --seed 1",
    startedAt: "2026-11-21T15:00:00.000Z",
    environment: { gatecrash: "0.1.0", node: "24", platform: "linux", cpus: "2", redis: "7" },
    policies: [{ name: "chaos", limit: 1_000, windowMs: 2_000 }],
    rows: [
      {
        variant: "sliding-log",
        about: "Exact.",
        limits: true,
        runs: kept,
        blocks,
        failure: null,
        differences: [],
      },
      {
        variant: "cold-share",
        about: "Cold.",
        limits: true,
        runs: broken,
        blocks,
        failure: null,
        differences: differences(blocks, blocks, options),
      },
      {
        variant: "gone",
        about: "Not installed.",
        limits: true,
        runs: [],
        blocks: [],
        failure: "Cannot find package",
        differences: [],
      },
    ],
    ...said,
  };
}
