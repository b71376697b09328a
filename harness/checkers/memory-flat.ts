import type { Evidence } from "../history/evidence.ts";
import type { History, Scrape } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";
import { metricValue } from "../metrics/metric-value.ts";
import { duration } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { latencies } from "./latency-percentiles.ts";
import { type Climb, climbOf, type Reading } from "./memory/climb.ts";
import { percentilesOf } from "./percentile.ts";
import { measuredPhases } from "./phases-of.ts";

/** Options of `memoryFlat`. */
export interface MemoryFlatOptions {
  /** A shorter run shows nothing, in milliseconds. @default 30_000 */
  readonly leastMs?: number;
  /** What must have come to be held, in MiB, for a climb to be one; a quarter of what was held before, if that is more. @default 64 */
  readonly leastMiB?: number;
}

/**
 * Fails when a gateway holds more and more memory for as long as it is asked. In sixths of the judged time, of which the first
 * is left out, the least that it held (its own `process_resident_memory_bytes`) is above the most that it held two
 * sixths before, by at least `leastMiB` in all, and to the end, half as fast as at
 * the beginning at least. A heap that is not collected looks just
 * so: Node must have collected its heap in full at least twice meanwhile, the last time in the later half, and of any other program nothing is
 * concluded in less than ten minutes. Nor is it where answers waited for long, for what waits takes memory, too. Redis's memory is told, and never convicts: others may use it.
 */
export function memoryFlat({ leastMs = 30_000, leastMiB = 64 }: MemoryFlatOptions = {}): Checker {
  return {
    name: "memory-flat",
    check: (evidence) => ({
      checker: "memory-flat",
      kind: "measurement",
      ...outcomeOf(evidence, leastMs, leastMiB),
    }),
  };
}

const mebibyte = 2 ** 20;
/** Of a program of which it is not known when its heap was collected. */
const patienceMs = 600_000;
const fewestCollections = 2;
/** As prom-client's default metrics call them. */
const heapMetric = "nodejs_heap_size_used_bytes";
const collectionsMetric = "nodejs_gc_duration_seconds_count";
/** What waits for less than this is too little to climb, in milliseconds, at the 99th percentile. */
const waitMs = 500;
const lostShare = 0.01;

type Outcome = Omit<Finding, "checker" | "kind">;

function outcomeOf({ history }: Evidence, leastMs: number, leastMiB: number): Outcome {
  const { fromMs, untilMs } = judgedSpan(history);
  const spanMs = untilMs - fromMs;
  const climbs = gatewayClimbs(history, fromMs, untilMs, leastMiB * mebibyte);
  const redis = climbOf(
    history.redisSamples.map(({ fromMs: atMs, usedMemoryBytes }) => ({ atMs, bytes: usedMemoryBytes })),
    { fromMs, untilMs, leastBytes: leastMiB * mebibyte },
  );
  const worst = climbs.toSorted((a, b) => b.climb.grownBytes - a.climb.grownBytes)[0];
  if (worst === undefined) {
    const summary = "No gateway told often enough how much memory it holds (process_resident_memory_bytes)";
    return { verdict: "not-applicable", summary, numbers: {} };
  }
  const numbers = {
    mostGrownMiB: worst.climb.grownBytes / mebibyte,
    ...(redis === null ? {} : { redisGrownMiB: redis.grownBytes / mebibyte }),
  };
  const grown = `gateway ${worst.replica} held at least ${inMiB(worst.climb.firstBytes)} at first and ${inMiB(worst.climb.lastBytes)} at last`;
  if (spanMs < leastMs) {
    const summary = `In ${duration(spanMs)} nothing is shown, ${duration(leastMs)} would: ${grown}`;
    return { verdict: "inconclusive", summary, numbers };
  }
  const climbing = climbs.find(({ climb }) => climb.isClear);
  if (climbing !== undefined) return { ...convicted(history, climbing, spanMs), numbers };
  if (redis?.isClear === true) {
    const summary = `Redis held ever more, ${inMiB(redis.grownBytes)} in all; whether for this run or for others, nobody knows`;
    return { verdict: "inconclusive", summary, numbers };
  }
  return { verdict: "pass", summary: `No gateway holds ever more memory: ${grown}`, numbers };
}

function judgedSpan(history: History): { readonly fromMs: number; readonly untilMs: number } {
  const spans = measuredPhases(history).flatMap((index) => history.phases[index] ?? []);
  return {
    fromMs: Math.min(...spans.map(({ fromMs }) => fromMs)),
    untilMs: Math.max(...spans.map(({ untilMs }) => untilMs)),
  };
}

interface GatewayClimb {
  readonly replica: number;
  readonly climb: Climb;
  /** So often Node collected its heap in full, and of these in the later half; `null` if it is none, or does not say. */
  readonly collections: { readonly all: number; readonly late: number } | null;
}

/** Of each gateway that told its memory throughout one life. */
function gatewayClimbs(
  { scrapes, lives }: History,
  fromMs: number,
  untilMs: number,
  leastBytes: number,
): GatewayClimb[] {
  const replicas = new Set(scrapes.map(({ replica }) => replica));
  return [...replicas].flatMap((replica) => {
    const ends = (atMs: number | null): boolean => atMs !== null && atMs > fromMs && atMs < untilMs;
    if (lives.some((life) => life.replica === replica && (ends(life.fromMs) || ends(life.untilMs))))
      return [];
    const own = scrapes.filter((scrape) => scrape.replica === replica);
    const climb = climbOf(own.flatMap(memoryIn), { fromMs, untilMs, leastBytes });
    return climb === null ? [] : [{ replica, climb, collections: collectionsIn(own, fromMs, untilMs) }];
  });
}

function memoryIn({ text, receivedMs }: Scrape): Reading[] {
  const bytes = metricValue(text, "process_resident_memory_bytes");
  return bytes === null ? [] : [{ atMs: receivedMs, bytes }];
}

function collectionsIn(
  scrapes: readonly Scrape[],
  fromMs: number,
  untilMs: number,
): GatewayClimb["collections"] {
  const told = scrapes.filter(({ text }) => metricValue(text, heapMetric) !== null);
  if (told.length === 0) return null;
  // What never happened is not told.
  const count = ({ text }: Scrape): number => metricValue(text, collectionsMetric, { kind: "major" }) ?? 0;
  const between = (sinceMs: number): number => {
    const counts = told
      .filter(({ requestedMs, receivedMs }) => requestedMs >= sinceMs && receivedMs <= untilMs)
      .map(count);
    return (counts.at(-1) ?? 0) - (counts[0] ?? 0);
  };
  return { all: between(fromMs), late: between((fromMs + untilMs) / 2) };
}

function convicted(history: History, { replica, climb, collections }: GatewayClimb, spanMs: number): Outcome {
  const words = `Gateway ${replica} holds ever more memory: at least ${inMiB(climb.firstBytes)} at first, ${inMiB(climb.lastBytes)} after ${duration(spanMs)}`;
  const doubt = backlogDoubt(history) ?? heapDoubt(collections, spanMs);
  return doubt === null
    ? { verdict: "fail", summary: `${words}, and no slower towards the end`, numbers: {} }
    : { verdict: "inconclusive", summary: `${words}, but ${doubt}`, numbers: {} };
}

/** What waits takes memory, whoever made it wait. */
function backlogDoubt(history: History): string | null {
  const measured = measuredPhases(history);
  const [p99Ms = 0] = percentilesOf(latencies(history.requests, measured), [99]);
  if (p99Ms > waitMs) return `answers waited for ${duration(p99Ms)}, and what waits takes memory`;
  const { requests } = history;
  const unanswered = requests.outcome.filter(
    (code, row) => code === outcomeCode.lost && measured.includes(requests.phase[row] ?? 0),
  ).length;
  return unanswered > lostShare * requests.count
    ? `${unanswered.toLocaleString("en")} requests had no answer, and what waits takes memory`
    : null;
}

function heapDoubt(collections: GatewayClimb["collections"], spanMs: number): string | null {
  const isCollected = collections !== null && collections.all >= fewestCollections && collections.late > 0;
  if (spanMs >= patienceMs || isCollected) return null;
  return collections === null
    ? `it does not tell when its heap was collected, and ${duration(patienceMs)} are wanted then`
    : "its heap was hardly collected meanwhile";
}

function inMiB(bytes: number): string {
  return `${Math.round(bytes / mebibyte).toLocaleString("en")} MiB`;
}
