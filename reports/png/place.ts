import type { Plugin } from "chart.js";

/** A chart while it is drawn. */
export type Chart = Parameters<NonNullable<Plugin["afterDatasetsDraw"]>>[0];

/** Where an instant (milliseconds after the origin) stands, kept within the plot. */
export function placeOf({ chartArea, scales }: Chart, ms: number): number {
  const x = scales.x?.getPixelForValue(ms / 1_000) ?? 0;
  return Math.min(chartArea.right, Math.max(chartArea.left, x));
}

/** The first of `labels` that is not wider than `room`, or nothing. */
export function fitting(ctx: Chart["ctx"], labels: readonly string[], room: number): string {
  return labels.find((label) => ctx.measureText(label).width <= room) ?? "";
}
