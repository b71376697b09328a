import type { Plugin } from "chart.js";
import type { Witness } from "../../harness/verdict/finding.ts";
import type { WitnessPicture } from "../series/witness-picture.ts";
import { spanHeading, type WorstSpan } from "../series/worst-span.ts";
import { count, duration } from "../words/numerals.ts";
import { plain } from "../words/plain.ts";
import { witnessWords } from "../words/witness-words.ts";
import { axis } from "./axes.ts";
import type { Drawing } from "./drawing.ts";
import { family } from "./font.ts";
import { palette } from "./palette.ts";

/** Each request of the span from sent to answered, at the height of the cost let in so far, or that may have counted, under its bound. */
export function worstSpanChart(span: WorstSpan, picture: WitnessPicture): Drawing {
  const { witness } = span;
  const { promise, ticks, spanMs, overAbove } = picture;
  const { heights, towards, tick, line } = witnessWords[witness.kind];
  const legend = (label: string, colour: string) => ({
    label,
    data: [],
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: 4,
    pointStyle: "line" as const,
  });
  return {
    title: `${spanHeading(span)}: ${heights.toLowerCase()} ${towards} ${plain(witness.subject, 40)} within ${duration(spanMs)}`,
    config: {
      type: "line",
      data: {
        datasets: [
          {
            label: line,
            data: promise.map(({ atMs, cost }) => ({ x: atMs, y: cost })),
            borderColor: palette.ink,
            backgroundColor: palette.ink,
            borderWidth: 2,
            borderDash: [8, 5],
            pointRadius: 0,
            pointStyle: "line",
          },
          legend(tick, palette.allowed),
          ...(witness.cost > overAbove ? [legend("beyond the promise", palette.fail)] : []),
          legend("denied request", palette.denied),
        ],
      },
      plugins: [intervals(picture), captions(witness, picture)],
      options: {
        parsing: false,
        scales: {
          x: {
            type: "linear",
            min: 0,
            max: Math.max(spanMs, 0.001),
            ...axis((value) => duration(Number(value)), "none"),
          },
          y: {
            min: 0,
            max: highest(witness, ticks, promise) * 1.1,
            ...axis((value) => count(Number(value)), "lines"),
          },
        },
      },
    },
  };
}

function highest({ cost }: Witness, ...drawn: readonly WitnessPicture["ticks" | "promise"][]): number {
  return drawn
    .flat()
    .reduce((most, point) => Math.max(most, "total" in point ? point.total : point.cost), cost);
}

function intervals({ ticks, denied, overAbove }: WitnessPicture): Plugin {
  return {
    id: "intervals",
    beforeDatasetsDraw: ({ ctx, chartArea, scales: { x, y } }) => {
      if (x === undefined || y === undefined) return;
      ctx.fillStyle = palette.denied;
      for (const atMs of denied) ctx.fillRect(x.getPixelForValue(atMs), chartArea.bottom - 12, 1, 12);
      const thickness = Math.min(
        5,
        Math.max(1, Math.abs(y.getPixelForValue(1) - y.getPixelForValue(0)) * 0.5),
      );
      for (const { sentMs, receivedMs, atMs, total } of ticks) {
        const from = x.getPixelForValue(sentMs);
        const until = x.getPixelForValue(receivedMs);
        const at = y.getPixelForValue(total);
        ctx.fillStyle = total > overAbove ? palette.fail : palette.allowed;
        ctx.globalAlpha = 0.5;
        ctx.fillRect(from, at - thickness / 2, Math.max(1, until - from), thickness);
        ctx.globalAlpha = 1;
        ctx.fillRect(x.getPixelForValue(atMs) - 1, at - thickness, 2, thickness * 2);
      }
    },
  };
}

function captions(witness: Witness, { promise, overAbove }: WitnessPicture): Plugin {
  const { lineCaption, costCaption } = witnessWords[witness.kind];
  return {
    id: "captions",
    afterDatasetsDraw: ({ ctx, chartArea, scales: { y } }) => {
      if (y === undefined) return;
      const write = (text: string, x: number, atY: number, align: "left" | "right", colour: string) => {
        ctx.font = `600 15px "${family}"`;
        ctx.textAlign = align;
        ctx.textBaseline = "middle";
        ctx.lineWidth = 6;
        ctx.lineJoin = "round";
        ctx.strokeStyle = palette.paper;
        ctx.strokeText(text, x, atY);
        ctx.fillStyle = colour;
        ctx.fillText(text, x, atY);
      };
      ctx.save();
      const [start] = promise;
      if (start !== undefined) {
        const text = lineCaption(witness, start.cost);
        write(text, chartArea.left + 14, y.getPixelForValue(start.cost) + 16, "left", palette.ink);
      }
      const colour = witness.cost > overAbove ? palette.fail : palette.allowed;
      const atY = y.getPixelForValue(witness.cost) - 16;
      write(costCaption(witness), chartArea.right - 14, atY, "right", colour);
      ctx.restore();
    },
  };
}
