import type { History } from "../../harness/history/history.ts";
import {
  allocateRequests,
  type Outcome,
  outcomeCode,
  type Source,
  sourceCode,
} from "../../harness/history/requests.ts";
import { sampleHistory } from "../../harness/history/sample-history.ts";

/** One request of a history that a test draws; instants are milliseconds after the origin. */
export interface DrawnRow {
  readonly atMs: number;
  readonly tookMs: number;
  readonly replica: number;
  readonly outcome: Outcome;
  readonly source: Source;
}

/** Test support: a history of exactly these requests, without faults, scrapes and samples. */
export function drawnHistory(rows: readonly DrawnRow[]): History {
  const base = sampleHistory({ count: 0 });
  const { originMs } = base.run;
  const requests = allocateRequests(rows.length);
  rows.forEach(({ atMs, tookMs, replica, outcome, source }, row) => {
    requests.intendedMs[row] = originMs + atMs;
    requests.sentMs[row] = originMs + atMs;
    requests.receivedMs[row] = outcome === "lost" ? Number.NaN : originMs + atMs + tookMs;
    requests.replica[row] = replica;
    requests.outcome[row] = outcomeCode[outcome];
    requests.source[row] = sourceCode[source];
    requests.cost[row] = 1;
  });
  return { ...base, phases: [], faults: [], scrapes: [], redisSamples: [], requests };
}
