import { setTimeout as sleep } from "node:timers/promises";
import { authorityOf } from "../engines/authority-of.ts";
import type { Endpoint } from "../engines/engine.ts";
import type { Scrape } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";

/** Reads every gateway's `/metrics` until it is disposed of; then once more. */
export interface Scraper extends AsyncDisposable {
  readonly scrapes: readonly Scrape[];
}

/** A gateway that has not answered for so long is not waited for. */
const patienceMs = 2_000;

/**
 * Scrapes every gateway now and then every `everyMs` (default 1,000). A gateway without metrics, frozen or killed,
 * gives no scrape; one that says 404 is not asked again.
 */
export function startScraper(endpoints: readonly Endpoint[], everyMs = 1_000): Scraper {
  const scrapes: Scrape[] = [];
  const stop = new AbortController();
  const without = new Set<number>();
  const scrape = async (endpoint: Endpoint, replica: number): Promise<void> => {
    if (without.has(replica)) return;
    const requestedMs = monotonicMs();
    try {
      const signal = AbortSignal.timeout(patienceMs);
      const response = await fetch(`http://${authorityOf(endpoint)}/metrics`, { signal });
      const text = await response.text();
      if (response.ok) scrapes.push({ replica, requestedMs, receivedMs: monotonicMs(), text });
      else if (response.status === 404) without.add(replica);
    } catch {
      // Nothing was read, which is what the history will say.
    }
  };
  const all = () => Promise.all(endpoints.map(scrape));
  const ended = (async () => {
    while (!stop.signal.aborted) {
      await all();
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  })();
  let disposed: Promise<void> | undefined;
  return {
    scrapes,
    [Symbol.asyncDispose]() {
      disposed ??= (async () => {
        stop.abort();
        await ended;
        await all();
      })();
      return disposed;
    },
  };
}
