import type { Plugin } from "chart.js";
import type { Result } from "../../harness/verdict/result.ts";
import { faultRows } from "../series/fault-rows.ts";
import { cut, plain } from "../words/plain.ts";
import { markFault, tintFault } from "./fault-band.ts";
import { family } from "./font.ts";
import { palette } from "./palette.ts";
import { type Chart, fitting, placeOf } from "./place.ts";

/** Height of the strip above the plot that holds the phases' names. */
const stripHeight = 26;

/** Draws the phases of a run as labelled bands behind the chart, and its faults as marked ones. */
export function runBands(result: Result): Plugin {
  const { faults } = result;
  const rows = faultRows(faults);
  return {
    id: "run-bands",
    beforeDatasetsDraw: (chart) => {
      drawPhases(chart, result);
      const { top, bottom } = chart.chartArea;
      for (const [index, fault] of faults.entries())
        tintFault(chart, fault, { index, top, height: bottom - top });
    },
    afterDatasetsDraw: (chart) => {
      const { top, bottom } = chart.chartArea;
      for (const [index, fault] of faults.entries()) {
        const row = rows[index] ?? 0;
        markFault(chart, fault, { index, top: top + row * 22, height: bottom - top - row * 22 });
      }
    },
  };
}

/** Only the phases, for a chart that marks the faults where they belong. */
export function phaseBands(result: Result): Plugin {
  return { id: "phase-bands", beforeDatasetsDraw: (chart) => drawPhases(chart, result) };
}

function drawPhases(chart: Chart, { phases }: Result): void {
  const { ctx, chartArea } = chart;
  phases.forEach(({ fromMs, untilMs, name }, index) => {
    const from = placeOf(chart, fromMs);
    const width = placeOf(chart, untilMs) - from;
    const top = chartArea.top - stripHeight;
    ctx.fillStyle = palette.band;
    if (index % 2 === 0) ctx.fillRect(from, top, width, chartArea.bottom - top);
    ctx.font = `600 14px "${family}"`;
    ctx.fillStyle = palette.muted;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    const label = fitting(ctx, [`${index + 1} ${cut(plain(name), 24)}`, `${index + 1}`], width - 6);
    ctx.fillText(label, from + width / 2, top + stripHeight / 2);
  });
}
