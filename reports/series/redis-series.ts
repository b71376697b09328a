import type { History, RedisSample } from "../../harness/history/history.ts";
import { type Slots, slotsOf } from "./slots.ts";

/** Redis by its own counters, slot by slot; NaN where nobody looked, or where one life of Redis had ended. */
export interface RedisSeries {
  readonly slots: Slots;
  readonly commandsPerSecond: Float64Array;
  readonly scriptsPerSecond: Float64Array;
  /** Connections at the last look. */
  readonly connections: Float64Array;
}

/** The rates that the samples prove: the mean between two looks at one life of Redis. Null without two such looks. */
export function redisSeries(history: History, slots: Slots = slotsOf(history)): RedisSeries | null {
  const { redisSamples, run } = history;
  const column = () => new Float64Array(slots.count).fill(Number.NaN);
  const series = {
    slots,
    commandsPerSecond: column(),
    scriptsPerSecond: column(),
    connections: column(),
  };
  const pairs = redisSamples.flatMap((from, index) => {
    const until = redisSamples[index + 1];
    return until?.runId === from.runId && middleMs(until) > middleMs(from) ? [{ from, until }] : [];
  });
  if (pairs.length === 0) return null;
  let pair = 0;
  for (let slot = 0; slot < slots.count; slot++) {
    const fromMs = run.originMs + slots.fromMs + slot * slots.slotMs;
    const shares: { readonly ms: number; readonly from: RedisSample; readonly until: RedisSample }[] = [];
    while (middleMs(pairs[pair]?.until) <= fromMs) pair++;
    for (let next = pair; middleMs(pairs[next]?.from) < fromMs + slots.slotMs; next++) {
      const one = pairs[next];
      if (one === undefined) break;
      const ms = Math.min(middleMs(one.until), fromMs + slots.slotMs) - Math.max(middleMs(one.from), fromMs);
      shares.push({ ms, ...one });
    }
    const seenMs = shares.reduce((sum, { ms }) => sum + ms, 0);
    if (seenMs < slots.slotMs / 2) continue;
    const mean = (counter: "commandsProcessed" | "scriptCalls") =>
      shares.reduce((sum, { ms, from, until }) => sum + ms * rate(from, until, counter), 0) / seenMs;
    series.commandsPerSecond[slot] = mean("commandsProcessed");
    series.scriptsPerSecond[slot] = mean("scriptCalls");
    series.connections[slot] = shares.at(-1)?.from.connectedClients ?? Number.NaN;
  }
  return series;
}

function rate(from: RedisSample, until: RedisSample, counter: "commandsProcessed" | "scriptCalls"): number {
  return ((until[counter] - from[counter]) * 1_000) / (middleMs(until) - middleMs(from));
}

function middleMs(sample: RedisSample | undefined): number {
  return sample === undefined ? Number.NaN : (sample.fromMs + sample.untilMs) / 2;
}
