import type { Plugin } from "chart.js";
import type { Result } from "../../harness/verdict/result.ts";
import { cut, plain } from "../words/plain.ts";
import { family } from "./drawing.ts";
import { palette } from "./palette.ts";

/** Height of the strip above the plot that holds the phases' names. */
const stripHeight = 26;

/** Draws the phases of a run as labelled bands behind the chart, and its faults as marked ones. */
export function runBands({ phases, faults }: Result): Plugin {
  return {
    id: "run-bands",
    beforeDatasetsDraw: (chart) => {
      const { ctx, chartArea } = chart;
      const place = placeOf(chart);
      phases.forEach(({ fromMs, untilMs, name }, index) => {
        const { from, width } = place(fromMs, untilMs);
        ctx.fillStyle = palette.band;
        if (index % 2 === 0)
          ctx.fillRect(
            from,
            chartArea.top - stripHeight,
            width,
            chartArea.bottom - chartArea.top + stripHeight,
          );
        ctx.font = `600 14px "${family}"`;
        ctx.fillStyle = palette.muted;
        ctx.textAlign = "center";
        ctx.textBaseline = "middle";
        const label = fitting(ctx, [`${index + 1} ${cut(plain(name), 24)}`, `${index + 1}`], width - 6);
        ctx.fillText(label, from + width / 2, chartArea.top - stripHeight / 2);
      });
      faults.forEach(({ atMs, untilMs }, index) => {
        const { from, width } = place(atMs, untilMs);
        ctx.globalAlpha = 0.16;
        ctx.fillStyle = faultColour(index);
        ctx.fillRect(from, chartArea.top, width, chartArea.bottom - chartArea.top);
        ctx.globalAlpha = 1;
      });
    },
    afterDatasetsDraw: (chart) => {
      const place = placeOf(chart);
      faults.forEach(({ atMs, untilMs, name, verified }, index) => {
        const { from, width } = place(atMs, untilMs);
        markFault(
          chart,
          from,
          width,
          index,
          `F${index + 1} ${cut(plain(name), 24)}${verified === null ? " (not seen)" : ""}`,
        );
      });
    },
  };
}

type Chart = Parameters<NonNullable<Plugin["afterDatasetsDraw"]>>[0];

function placeOf(chart: Chart): (fromMs: number, untilMs: number) => { from: number; width: number } {
  const { chartArea, scales } = chart;
  const clamp = (ms: number) =>
    Math.min(chartArea.right, Math.max(chartArea.left, scales.x?.getPixelForValue(ms / 1_000) ?? 0));
  return (fromMs, untilMs) => ({ from: clamp(fromMs), width: clamp(untilMs) - clamp(fromMs) });
}

function markFault(
  { ctx, chartArea }: Chart,
  from: number,
  width: number,
  index: number,
  label: string,
): void {
  if (width <= 0) return;
  ctx.save();
  ctx.fillStyle = faultColour(index);
  ctx.fillRect(from, chartArea.top, width, 3);
  for (const edge of [from, from + width - 1])
    ctx.fillRect(edge, chartArea.top, 1, chartArea.bottom - chartArea.top);
  ctx.font = `600 13px "${family}"`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const text = fitting(ctx, [label, `F${index + 1}`], width - 12);
  if (text !== "") {
    ctx.fillRect(from, chartArea.top, ctx.measureText(text).width + 12, 22);
    ctx.fillStyle = palette.paper;
    ctx.fillText(text, from + 6, chartArea.top + 12);
  }
  ctx.restore();
}

/** The first of `labels` that is not wider than `room`, or nothing. */
function fitting(ctx: Chart["ctx"], labels: readonly string[], room: number): string {
  return labels.find((label) => ctx.measureText(label).width <= room) ?? "";
}

function faultColour(index: number): string {
  return palette.faults[index % palette.faults.length] ?? palette.ink;
}
