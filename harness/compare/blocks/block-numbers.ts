import { latencies } from "../../checkers/latency-percentiles.ts";
import { percentilesOf } from "../../checkers/percentile.ts";
import { outcomeCode, type Requests } from "../../history/requests.ts";
import type { BlockNumbers } from "../comparison.ts";
import type { Reading } from "./block-site.ts";

/** What was seen of one block: its two parts, and the counters before and after the paced one. */
export interface SeenBlock {
  readonly paced: Requests;
  readonly saturated: Requests;
  readonly before: Reading;
  readonly after: Reading;
}

/** The numbers of one block, each per decision of its paced part where it is a cost; `null` where nothing was decided. */
export function blockNumbers({ paced, saturated, before, after }: SeenBlock): BlockNumbers {
  const { decisions } = decidedIn(paced);
  const each = (of: (reading: Reading) => number | null): number | null => {
    const [from, until] = [of(before), of(after)];
    if (from === null || until === null || decisions === 0) return null;
    const cost = (until - from) / decisions;
    return Number.isFinite(cost) ? Math.max(0, cost) : null;
  };
  const [p50 = Number.NaN, p99 = Number.NaN] = percentilesOf(latencies(paced, [0]), [50, 99]);
  const [control50 = Number.NaN] = percentilesOf(latencies(paced, [0], "controls"), [50]);
  const blast = decidedIn(saturated);
  return {
    p50Ms: known(p50),
    p99Ms: known(p99),
    controlP50Ms: known(control50),
    decisionsPerSecond: known((1_000 * blast.decisions) / (blast.untilMs - blast.fromMs)),
    gatewayCpuUs: each(({ gatewayCpuUs }) => gatewayCpuUs),
    redisCpuUs: each(({ redisCpuUs }) => redisCpuUs),
    redisReads: each(({ reads }) => reads),
    redisCommands: each(({ commands }) => commands),
    redisBytesIn: each(({ bytesIn }) => bytesIn),
    redisBytesOut: each(({ bytesOut }) => bytesOut),
  };
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The decisions of a part, from the first that was asked for to the last that was answered. */
function decidedIn({ count, outcome, sentMs, receivedMs }: Requests) {
  let decisions = 0;
  let fromMs = Number.POSITIVE_INFINITY;
  let untilMs = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < count; row++) {
    if (outcome[row] !== outcomeCode.allowed && outcome[row] !== outcomeCode.denied) continue;
    decisions++;
    fromMs = Math.min(fromMs, sentMs[row] ?? Number.NaN);
    untilMs = Math.max(untilMs, receivedMs[row] ?? Number.NaN);
  }
  return { decisions, fromMs, untilMs };
}
