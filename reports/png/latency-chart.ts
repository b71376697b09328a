import type { JudgedRun } from "../report-format.ts";
import { latencySeries } from "../series/latency-series.ts";
import { type Line, logAxis, secondsAxis, stepPoints } from "./axes.ts";
import type { Drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { runBands } from "./run-bands.ts";

/** Median, 99th percentile and longest latency over time on a logarithmic axis. */
export function latencyChart({ result, history }: JudgedRun): Drawing {
  const { slots, p50, p99, max } = latencySeries(history);
  const line = (label: string, values: Float64Array, colour: string): Line => ({
    label,
    data: stepPoints(
      slots,
      values.map((ms) => Math.max(0.01, ms)),
    ),
    borderColor: colour,
    backgroundColor: colour,
    pointRadius: 0,
    pointStyle: "line",
  });
  const known = [...p50, ...max].filter(Number.isFinite);
  return {
    title: "Latency from the intended instant",
    config: {
      type: "line",
      data: {
        datasets: [
          {
            ...line("median", p50, palette.allowed),
            borderWidth: 2.5,
            backgroundColor: palette.spread,
            fill: 1,
          },
          { ...line("p99", p99, palette.p99), borderWidth: 2 },
          { ...line("longest", max, palette.max), borderWidth: 1.25, borderDash: [2, 3] },
        ],
      },
      plugins: [runBands(result)],
      options: {
        parsing: false,
        elements: { line: { tension: 0 } },
        scales: {
          x: secondsAxis(slots),
          y: logAxis(
            known.reduce((a, b) => Math.min(a, b), 1),
            known.reduce((a, b) => Math.max(a, b), 1),
          ),
        },
      },
    },
  };
}
