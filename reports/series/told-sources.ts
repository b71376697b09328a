import type { JudgedRun } from "../report-format.ts";
import { type BreakerSpan, breakerSpans } from "./breaker-spans.ts";
import { type SourceSeries, sourceSeries } from "./source-series.ts";

/** Who decided, and what the breakers showed meanwhile. */
export interface ToldSources extends SourceSeries {
  readonly breakers: readonly BreakerSpan[];
}

/** The deciders over time, if there is a story in them: something was broken, or somebody decided without Redis. */
export function toldSources({ result, history }: JudgedRun): ToldSources | null {
  const sources = sourceSeries(history);
  const { local, unavailable } = sources.totals;
  const isTold = result.faults.length > 0 || local + unavailable > 0;
  return isTold && sources.replicas.length > 0 ? { ...sources, breakers: breakerSpans(history) } : null;
}
