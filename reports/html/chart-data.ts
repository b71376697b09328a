import type { JudgedRun } from "../report-format.ts";
import { lagSeries } from "../series/lag-series.ts";
import { latencySeries } from "../series/latency-series.ts";
import type { QuantileSeries } from "../series/quantile-series.ts";
import { slotsOf } from "../series/slots.ts";
import { timeLine } from "../series/time-line.ts";
import { type WitnessPicture, witnessPicture } from "../series/witness-picture.ts";
import type { WorstSpan } from "../series/worst-span.ts";
import { plain } from "../words/plain.ts";

/**
 * What the page's script draws, as JSON that cannot end its script element. Columns have one entry a slot;
 * `null` where nothing was measured; instants are milliseconds after the origin, or after the span's start.
 */
export function chartData({ result, history }: JudgedRun, span: WorstSpan | null): string {
  const slots = slotsOf(history);
  const { offered, allowed, denied, errors, lost, dropped } = timeLine(history, slots);
  const shown = {
    slots,
    timeLine: {
      offered: [...offered],
      allowed: [...allowed],
      denied: [...denied],
      errors: [...errors],
      lost: [...lost],
      dropped: [...dropped],
    },
    latency: quantiles(latencySeries(history, slots)),
    lag: quantiles(lagSeries(history, slots)),
    phases: result.phases.map(({ name, fromMs, untilMs, role }) => ({
      name: plain(name, 40),
      fromMs,
      untilMs,
      role,
    })),
    faults: result.faults.map(({ name, atMs, untilMs }) => ({
      name: plain(name, 40),
      fromMs: atMs,
      untilMs,
    })),
    witness: span && picture(witnessPicture(history, span.witness), span),
  };
  return JSON.stringify(shown)
    .replaceAll("<", "\\u003c")
    .replaceAll(">", "\\u003e")
    .replaceAll("&", "\\u0026");
}

function quantiles({ p50, p99, max }: QuantileSeries): Record<"p50" | "p99" | "max", (number | null)[]> {
  return { p50: column(p50), p99: column(p99), max: column(max) };
}

function picture(
  { spanMs, admitted, denied, promise, admittedCount, deniedCount }: WitnessPicture,
  { witness, verdict }: WorstSpan,
): object {
  return {
    verdict,
    spanMs,
    cost: witness.cost,
    bound: Number.isFinite(witness.bound) ? witness.bound : null,
    admittedCount,
    deniedCount,
    rows: admitted.map(({ row }) => row),
    sentMs: column(admitted.map(({ sentMs }) => sentMs)),
    receivedMs: column(admitted.map(({ receivedMs }) => receivedMs)),
    total: admitted.map(({ total }) => total),
    deniedMs: column(denied),
    promiseMs: column(promise.map(({ atMs }) => atMs)),
    promiseCost: promise.map(({ cost }) => cost),
  };
}

/** To the microsecond: more digits would only make the page larger. */
function column(values: ArrayLike<number>): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? Math.round(value * 1_000) / 1_000 : null));
}
