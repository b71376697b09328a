import type { History } from "../history/history.ts";
import { metricValue } from "../metrics/metric-value.ts";

/** As prom-client's default metrics call it. */
const loopDelayMetric = "nodejs_eventloop_lag_p99_seconds";

/**
 * For each replica: the highest 99th percentile of its event loop's delay that any scrape between `fromMs` and
 * `untilMs` (or the first one after it) told, in milliseconds. Null for a replica that tells nothing of the kind.
 */
export function loopDelayMs(
  { scrapes }: Pick<History, "scrapes">,
  replica: number,
  fromMs: number = Number.NEGATIVE_INFINITY,
  untilMs: number = Number.POSITIVE_INFINITY,
): number | null {
  let highest: number | null = null;
  for (const scrape of scrapes) {
    if (scrape.replica !== replica || scrape.receivedMs < fromMs) continue;
    const seconds = metricValue(scrape.text, loopDelayMetric);
    if (seconds !== null) highest = Math.max(highest ?? 0, 1_000 * seconds);
    if (scrape.requestedMs > untilMs) break;
  }
  return highest;
}
