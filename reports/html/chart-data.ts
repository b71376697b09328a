import type { JudgedRun } from "../report-format.ts";
import { faultRows } from "../series/fault-rows.ts";
import { lagSeries } from "../series/lag-series.ts";
import { latencySeries } from "../series/latency-series.ts";
import type { QuantileSeries } from "../series/quantile-series.ts";
import { recoveries } from "../series/recoveries.ts";
import { redisSeries } from "../series/redis-series.ts";
import { type Slots, slotsOf } from "../series/slots.ts";
import { deciders } from "../series/source-series.ts";
import { type TimeLine, timeLine } from "../series/time-line.ts";
import type { ToldSources } from "../series/told-sources.ts";
import type { WorstSpan } from "../series/worst-span.ts";
import { faultLabels } from "../words/fault-labels.ts";
import { plain } from "../words/plain.ts";
import { witnessWords } from "../words/witness-words.ts";

/** How many replicas have a lane of their own. */
export const mostLanes = 12;

/**
 * What the page's script draws, as JSON that cannot end its script element. Columns have one entry a slot;
 * `null` where nothing was measured; instants are milliseconds after the origin, or after the span's start.
 */
export function chartData(run: JudgedRun, span: WorstSpan | null, sources: ToldSources | null): string {
  const { result, history } = run;
  const slots = slotsOf(history);
  const rows = faultRows(result.faults);
  const shown = {
    slots,
    timeLine: outcomeColumns(timeLine(history, slots)),
    latency: quantiles(latencySeries(history, slots)),
    lag: quantiles(lagSeries(history, slots)),
    sources: sources && decided(sources),
    breakers: sources?.breakers ?? [],
    recoveries: recoveries(run).flatMap(({ fault, replica, outcome }) =>
      outcome.kind === "back" ? [{ fault, replica, atMs: outcome.atMs, afterMs: outcome.afterMs }] : [],
    ),
    redis: redisColumns(run, slots),
    phases: result.phases.map(({ name, fromMs, untilMs, role }) => ({
      name: plain(name, 40),
      fromMs,
      untilMs,
      role,
    })),
    faults: result.faults.map((fault, index) => ({
      labels: faultLabels(fault, index),
      fromMs: fault.atMs,
      injectedMs: fault.injectedMs,
      healingMs: fault.healingMs,
      untilMs: fault.untilMs,
      replicas: fault.replicas,
      row: rows[index] ?? 0,
    })),
    witness: span && pictureOf(span),
  };
  return JSON.stringify(shown)
    .replaceAll("<", "\\u003c")
    .replaceAll(">", "\\u003e")
    .replaceAll("&", "\\u0026");
}

/** What was offered, and the outcomes in the order in which they are stacked. */
function outcomeColumns({ offered, allowed, denied, unavailable, errors, lost, dropped }: TimeLine): object {
  const columns = { offered, allowed, denied, unavailable, errors, lost, dropped };
  return Object.fromEntries(Object.entries(columns).map(([name, counts]) => [name, [...counts]]));
}

/** Only deciders that ever decided, and Redis. */
function decided({ replicas, totals }: ToldSources): object {
  const names = deciders.filter((name) => name === "redis" || totals[name] > 0);
  return {
    replicas: replicas.slice(0, mostLanes).map(({ replica, counts }) => ({
      replica,
      counts: Object.fromEntries(names.map((name) => [name, [...counts[name]]])),
    })),
  };
}

function redisColumns({ history }: JudgedRun, slots: Slots): object | null {
  const series = redisSeries(history, slots);
  if (series === null) return null;
  const { commandsPerSecond, scriptsPerSecond, connections } = series;
  return {
    commands: column(commandsPerSecond),
    scripts: column(scriptsPerSecond),
    connections: column(connections),
  };
}

function quantiles({ p50, p99, max }: QuantileSeries): Record<"p50" | "p99" | "max", (number | null)[]> {
  return { p50: column(p50), p99: column(p99), max: column(max) };
}

function pictureOf({ witness, picture }: WorstSpan): object | null {
  if (picture === null) return null;
  const { spanMs, ticks, tickCount, denied, deniedCount, promise, overAbove } = picture;
  const { heights, lineCaption, costCaption } = witnessWords[witness.kind];
  return {
    spanMs,
    cost: witness.cost,
    bound: Number.isFinite(witness.bound) ? witness.bound : null,
    overAbove: Number.isFinite(overAbove) ? overAbove : null,
    heights,
    lineCaption: lineCaption(witness, promise[0]?.cost ?? witness.bound),
    costCaption: costCaption(witness),
    tickCount,
    deniedCount,
    rows: ticks.map(({ row }) => row),
    sentMs: column(ticks.map(({ sentMs }) => sentMs)),
    receivedMs: column(ticks.map(({ receivedMs }) => receivedMs)),
    atMs: column(ticks.map(({ atMs }) => atMs)),
    total: column(ticks.map(({ total }) => total)),
    deniedMs: column(denied),
    promiseMs: column(promise.map(({ atMs }) => atMs)),
    promiseCost: promise.map(({ cost }) => cost),
  };
}

/** To the microsecond: more digits would only make the page larger. */
function column(values: ArrayLike<number>): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? Math.round(value * 1_000) / 1_000 : null));
}
