import type { History, ReplicaLife, Scrape } from "../../history/history.ts";
import { type Mistake, readPrometheusText, type Sample } from "../../metrics/prometheus-text.ts";

/** One scrape, read: all of it was made between `requestedMs` and `receivedMs`. */
export interface Reading {
  readonly requestedMs: number;
  readonly receivedMs: number;
  /** So often it was asked in vain since the reading before. */
  readonly unreadBefore: number;
  readonly samples: readonly Sample[];
  readonly mistakes: readonly Mistake[];
}

/** A span in which one process of a gateway counted on, and what it told meanwhile, in order. */
export interface ToldLife {
  readonly replica: number;
  readonly fromMs: number;
  /** Infinity if it was alive at the end. */
  readonly untilMs: number;
  readonly readings: readonly Reading[];
}

/**
 * The lives of all gateways with their readings. Whatever says by its own start time that it is another process, or
 * counts less than before where `mayRestart`, is another life: what was sent around its beginning belongs to neither.
 */
export function toldLives(
  { lives, scrapes }: Pick<History, "lives" | "scrapes">,
  toldIn: (reading: Reading) => number,
  mayRestart: boolean,
): ToldLife[] {
  return lives.flatMap((life, index) => {
    const untilMs = life.untilMs ?? Number.POSITIVE_INFINITY;
    const next = lives.find((other, at) => at > index && other.replica === life.replica);
    const readings = scrapes
      .filter((scrape) => belongs(scrape, life, next))
      .map(({ requestedMs, receivedMs, unreadBefore = 0, text }) => ({
        requestedMs,
        receivedMs,
        unreadBefore,
        ...readPrometheusText(text),
      }));
    return split({ replica: life.replica, fromMs: life.fromMs, untilMs, readings }, (before, after) => {
      const restarted = Math.abs(startOf(after) - startOf(before)) > 1;
      return restarted || (mayRestart && toldIn(after) < toldIn(before));
    });
  });
}

/**
 * The replicas of `lives` that were one process throughout, by the start time that every reading tells to the digit.
 * Behind one address there may be two that answer in turns, or one that was started again unseen.
 */
export function steadyReplicas(lives: readonly ToldLife[]): ReadonlySet<number> {
  const byReplica = Map.groupBy(lives, ({ replica }) => replica);
  const steady = [...byReplica].filter(([, own]) => {
    const starts = new Set(own.flatMap(({ readings }) => readings.map(startOf)));
    return own.length === 1 && starts.size === 1 && !starts.has(Number.NaN);
  });
  return new Set(steady.map(([replica]) => replica));
}

function belongs(
  { replica, requestedMs, receivedMs }: Scrape,
  life: ReplicaLife,
  next?: ReplicaLife,
): boolean {
  return replica === life.replica && requestedMs >= life.fromMs && receivedMs <= (next?.fromMs ?? Infinity);
}

/** Seconds since 1970, as the client libraries of Prometheus tell it; NaN if it is not told. */
function startOf({ samples }: Reading): number {
  return samples.find(({ name }) => name === "process_start_time_seconds")?.value ?? Number.NaN;
}

function split(life: ToldLife, isOther: (before: Reading, after: Reading) => boolean): ToldLife[] {
  const parts: ToldLife[] = [];
  let { fromMs } = life;
  let readings: Reading[] = [];
  for (const reading of life.readings) {
    const before = readings.at(-1);
    if (before !== undefined && isOther(before, reading)) {
      parts.push({ ...life, fromMs, untilMs: before.receivedMs, readings });
      fromMs = reading.requestedMs;
      readings = [];
    }
    readings.push(reading);
  }
  parts.push({ ...life, fromMs, readings });
  return parts;
}
