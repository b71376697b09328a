import type { ChartConfiguration } from "chart.js";
import type { Slots } from "../series/slots.ts";
import { family } from "./font.ts";
import { palette } from "./palette.ts";

/** One line of a line chart. */
export type Line = ChartConfiguration<"line">["data"]["datasets"][number];

type Ticks = (value: number | string) => string | null;

/** A point of a step line. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Two points a slot, at its edges in seconds, so that straight lines draw steps; NaN leaves a gap. */
export function stepPoints({ fromMs, slotMs }: Slots, values: ArrayLike<number>): Point[] {
  return Array.from(values).flatMap((y, slot) => [
    { x: (fromMs + slot * slotMs) / 1_000, y },
    { x: (fromMs + (slot + 1) * slotMs) / 1_000, y },
  ]);
}

/** An axis of the shared looks: `text` writes its ticks. */
export function axis(text: Ticks, grid: "lines" | "none"): object {
  return {
    border: { display: false },
    grid: { display: grid === "lines", color: palette.grid, drawTicks: false },
    ticks: {
      color: palette.muted,
      font: { family, size: 14 },
      padding: 8,
      callback: text,
      maxRotation: 0,
      autoSkipPadding: 24,
      includeBounds: false,
    },
  };
}

/** The axis of the whole run in seconds. */
export function secondsAxis({ fromMs, slotMs, count }: Slots): object {
  return {
    type: "linear",
    min: fromMs / 1_000,
    max: (fromMs + count * slotMs) / 1_000,
    ...axis((value) => `${+Number(value).toFixed(2)} s`, "none"),
  };
}

/** A logarithmic axis in milliseconds with lines at the powers of ten. */
export function logAxis(lowest: number, highest: number): object {
  const low = 10 ** Math.floor(Math.log10(Math.max(0.01, lowest)));
  const high = Math.max(low * 10, 10 ** Math.ceil(Math.log10(Math.max(0.01, highest))));
  const powers = Math.round(Math.log10(high / low));
  return {
    type: "logarithmic",
    min: low,
    max: high,
    ...axis(milliseconds, "lines"),
    afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
      scale.ticks = Array.from({ length: powers + 1 }, (_, power) => ({ value: low * 10 ** power }));
    },
  };
}

function milliseconds(value: number | string): string {
  const ms = Number(Number(value).toPrecision(3));
  return ms >= 1_000 ? `${ms / 1_000} s` : `${ms} ms`;
}
