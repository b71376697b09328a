import type { History, Scrape } from "../../harness/history/history.ts";
import { metricValue } from "../../harness/metrics/metric-value.ts";
import type { BreakerState } from "../../limiter/metrics.ts";

/** The state that a replica's breaker showed from one look to the next; milliseconds after the run's origin. */
export interface BreakerSpan {
  readonly replica: number;
  readonly state: BreakerState;
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * The breakers by the replicas' own metrics: each state holds from the look that showed it until the next look, but
 * at most `mostHeldMs`, because nobody looked longer. Empty when no limiter publishes a breaker.
 */
export function breakerSpans({ run, scrapes }: History, mostHeldMs = 5_000): readonly BreakerSpan[] {
  const spans: BreakerSpan[] = [];
  const looks = Map.groupBy(scrapes, ({ replica }) => replica);
  for (const [replica, ofReplica] of [...looks].sort(([a], [b]) => a - b)) {
    const inOrder = ofReplica.toSorted((a, b) => a.receivedMs - b.receivedMs);
    inOrder.forEach((scrape, index) => {
      const state = stateOf(scrape);
      if (state === null) return;
      const next = inOrder[index + 1]?.receivedMs ?? scrape.receivedMs;
      const fromMs = scrape.receivedMs - run.originMs;
      const untilMs = Math.min(next - run.originMs, fromMs + mostHeldMs);
      const before = spans.at(-1);
      if (before?.replica === replica && before.state === state && before.untilMs === fromMs)
        spans[spans.length - 1] = { ...before, untilMs };
      else if (untilMs > fromMs) spans.push({ replica, state, fromMs, untilMs });
    });
  }
  return spans;
}

/** The worst state of any limiter in the process. */
function stateOf({ text }: Scrape): BreakerState | null {
  const worstFirst = ["open", "half-open", "closed"] as const;
  const limiters = (state: BreakerState) => metricValue(text, "rate_limiter_breaker_state", { state }) ?? 0;
  return worstFirst.find((state) => limiters(state) > 0) ?? null;
}
