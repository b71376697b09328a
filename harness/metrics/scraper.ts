import { setTimeout as sleep } from "node:timers/promises";
import { authorityOf } from "../engines/authority-of.ts";
import type { Endpoint } from "../engines/engine.ts";
import { countedWithinMs, type Scrape } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";

/** Reads every gateway's `/metrics` until it is disposed of; then on until the counters rest. */
export interface Scraper extends AsyncDisposable {
  readonly scrapes: readonly Scrape[];
}

/** A gateway that has not answered for so long is not waited for. */
const patienceMs = 2_000;
/** Scrapes until the pauses begin to grow. */
const mostAtOnePace = 600;
/** Counters that move without being asked are not waited for longer than so many scrapes. */
const lastScrapes = 8;

/**
 * Scrapes every gateway now and then every `everyMs` (default 1,000); of a long run more and more seldom, so that what is kept
 * stays small: the pause grows with what has passed. A gateway without metrics, frozen or killed,
 * gives no scrape; one that says 404 is not asked again. Disposing, after the last answer, repeats the last scrape until
 * two of each gateway agree.
 */
export function startScraper(endpoints: readonly Endpoint[], everyMs = 1_000): Scraper {
  const scrapes: Scrape[] = [];
  const stop = new AbortController();
  const without = new Set<number>();
  const unread = new Map<number, number>();
  const scrape = async (endpoint: Endpoint, replica: number): Promise<void> => {
    if (without.has(replica)) return;
    const unreadBefore = unread.get(replica) ?? 0;
    unread.set(replica, unreadBefore + 1);
    const requestedMs = monotonicMs();
    try {
      const signal = AbortSignal.timeout(patienceMs);
      // A connection of its own each time: else of several processes behind one address always the same would tell.
      const headers = { accept: "text/plain;version=0.0.4, */*;q=0.1", connection: "close" };
      const response = await fetch(`http://${authorityOf(endpoint)}/metrics`, { signal, headers });
      const text = await response.text();
      const contentType = response.headers.get("content-type") ?? "";
      const format = /openmetrics/i.test(contentType) ? ({ format: "openmetrics" } as const) : {};
      if (response.ok && claimsMetrics(contentType, text)) {
        const missed = unreadBefore === 0 ? {} : { unreadBefore };
        scrapes.push({ replica, requestedMs, receivedMs: monotonicMs(), text, ...format, ...missed });
        unread.delete(replica);
      } else if (response.status === 404) without.add(replica);
    } catch {
      // Nothing was read, which is what the history will say.
    }
  };
  const all = () => Promise.all(endpoints.map(scrape));
  const ended = (async () => {
    const beganMs = monotonicMs();
    while (!stop.signal.aborted) {
      await all();
      const pauseMs = Math.max(everyMs, (monotonicMs() - beganMs) / mostAtOnePace);
      await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  })();
  const untilCountersRest = async (): Promise<void> => {
    for (let left = lastScrapes; left > 0; left--) {
      const before = scrapes.length;
      await sleep(countedWithinMs + 1);
      await all();
      const isSame = scrapes.slice(before).every((last) => {
        const previous = scrapes.slice(0, before).findLast(({ replica }) => replica === last.replica);
        return previous !== undefined && countersIn(previous.text) === countersIn(last.text);
      });
      if (isSame) return;
    }
  };
  let disposed: Promise<void> | undefined;
  return {
    scrapes,
    [Symbol.asyncDispose]() {
      disposed ??= (async () => {
        stop.abort();
        await ended;
        await all();
        await untilCountersRest();
      })();
      return disposed;
    },
  };
}

/** A program that answers every path alike has no metrics; who says Prometheus, or writes as it does, is held to that. */
function claimsMetrics(contentType: string, text: string): boolean {
  return (
    /version=|openmetrics/i.test(contentType) || /^(?:#|[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{| +[-+\d.]))/m.test(text)
  );
}

/** The lines that count something, but for those of the process itself, which never rests. */
function countersIn(text: string): string {
  const isCounter = /^(?!process_|nodejs_|python_|go_|jvm_)\w*_(?:total|count)\b/;
  return text
    .split("\n")
    .filter((line) => isCounter.test(line))
    .join("\n");
}
