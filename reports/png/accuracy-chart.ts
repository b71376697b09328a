import type { Plugin } from "chart.js";
import type { Accuracy } from "../../harness/verdict/result.ts";
import { type AccuracyRow, accuracyRows } from "../words/accuracy-rows.ts";
import { atMostText } from "../words/named-number.ts";
import type { Drawing } from "./drawing.ts";
import { family } from "./font.ts";
import { palette } from "./palette.ts";

/** Each number as a bar on its own scale, from what is proved to what is possible, with the estimate between. */
export function accuracyChart(accuracy: Accuracy): Drawing {
  const rows = accuracyRows(accuracy);
  return {
    title: "Accuracy against an exact sliding window",
    config: {
      type: "bar",
      data: {
        labels: rows.map(({ label }) => label),
        datasets: [
          {
            label: "proved to at most",
            data: rows.map((row) => range(row)),
            backgroundColor: palette.spread,
            barThickness: 30,
          },
        ],
      },
      plugins: [marks(rows)],
      options: {
        indexAxis: "y",
        plugins: { legend: { display: false } },
        scales: {
          x: { min: 0, max: 1, display: false },
          y: { display: false },
        },
      },
    },
  };
}

/** Where a number of `row` stands on its bar, 0 to 1: the bar spans the triple and the ideal with room around. */
function place({ triple, ideal }: AccuracyRow, value: number): number {
  const known = [triple.proved, triple.estimate, triple.atMost, ideal].filter(Number.isFinite);
  const low = Math.min(...known);
  const span = Math.max(Math.max(...known) - low, 0.001);
  return Math.min(1, Math.max(0, 0.04 + (0.9 * (value - low)) / span));
}

function range(row: AccuracyRow): [number, number] {
  return [place(row, row.triple.proved), place(row, row.triple.atMost)];
}

function marks(rows: readonly AccuracyRow[]): Plugin {
  return {
    id: "marks",
    afterDatasetsDraw: ({ ctx, chartArea, scales: { x, y } }) => {
      if (x === undefined || y === undefined) return;
      ctx.save();
      rows.forEach((row, index) => {
        const middle = y.getPixelForValue(index);
        const at = (value: number) => x.getPixelForValue(place(row, value));
        const { triple, ideal, text } = row;
        ctx.fillStyle = palette.grid;
        ctx.fillRect(chartArea.left, middle - 1, chartArea.right - chartArea.left, 2);
        ctx.fillStyle = palette.muted;
        for (let dash = -24; dash < 24; dash += 8) ctx.fillRect(at(ideal) - 1, middle + dash, 2, 5);
        ctx.fillStyle = palette.allowed;
        ctx.fillRect(at(triple.proved) - 2.5, middle - 20, 5, 40);
        if (Number.isFinite(triple.atMost)) ctx.fillRect(at(triple.atMost) - 1.5, middle - 15, 3, 30);
        ctx.beginPath();
        ctx.arc(at(triple.estimate), middle, 7, 0, 2 * Math.PI);
        ctx.fillStyle = palette.paper;
        ctx.fill();
        ctx.lineWidth = 4;
        ctx.strokeStyle = palette.allowed;
        ctx.stroke();
        ctx.textBaseline = "alphabetic";
        ctx.textAlign = "left";
        ctx.fillStyle = palette.ink;
        ctx.font = `600 19px "${family}"`;
        ctx.fillText(row.label, chartArea.left, middle - 36);
        const after = chartArea.left + ctx.measureText(row.label).width + 12;
        ctx.font = `400 15px "${family}"`;
        ctx.fillStyle = palette.muted;
        ctx.fillText(row.meaning, after, middle - 36);
        ctx.textAlign = "right";
        ctx.fillStyle = palette.ink;
        const numbers = `proved ${text(triple.proved)}   estimate ${text(triple.estimate)}   ${atMostText(triple, text)}`;
        ctx.fillText(numbers, chartArea.right, middle - 36);
        ctx.textAlign = "center";
        ctx.fillStyle = palette.muted;
        ctx.font = `400 13px "${family}"`;
        ctx.fillText(`exact: ${text(ideal)}`, Math.max(chartArea.left + 36, at(ideal)), middle + 42);
      });
      ctx.restore();
    },
  };
}
