import type { Plugin } from "chart.js";
import type { JudgedRun } from "../report-format.ts";
import { type WitnessPicture, witnessPicture } from "../series/witness-picture.ts";
import type { WorstSpan } from "../series/worst-span.ts";
import { count, duration } from "../words/numerals.ts";
import { plain } from "../words/plain.ts";
import { axis } from "./axes.ts";
import type { Drawing } from "./drawing.ts";
import { family } from "./font.ts";
import { palette } from "./palette.ts";

/** Each admitted request of the span from sent to answered, at the height of the cost let in so far, under its bound. */
export function worstSpanChart({ history }: JudgedRun, { witness, verdict }: WorstSpan): Drawing {
  const picture = witnessPicture(history, witness);
  const { promise, admitted, spanMs } = picture;
  const bound = Number.isFinite(witness.bound) ? witness.bound : Number.POSITIVE_INFINITY;
  const legend = (label: string, colour: string) => ({
    label,
    data: [],
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: 4,
    pointStyle: "line" as const,
  });
  return {
    title: `${verdict === "fail" ? "The span that convicts" : "The tightest span"}: cost let in to ${plain(witness.subject, 40)} within ${duration(spanMs)}`,
    config: {
      type: "line",
      data: {
        datasets: [
          {
            label: "promised bound",
            data: promise.map(({ atMs, cost }) => ({ x: atMs, y: cost })),
            borderColor: palette.ink,
            backgroundColor: palette.ink,
            borderWidth: 2,
            borderDash: [8, 5],
            pointRadius: 0,
            pointStyle: "line",
          },
          legend("admitted request, sent to answered", palette.allowed),
          ...(witness.cost > bound ? [legend("beyond the promise", palette.fail)] : []),
          legend("denied request", palette.denied),
        ],
      },
      plugins: [intervals(picture, bound), captions(witness.cost, bound, promise[0]?.cost ?? null)],
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
            max: Math.max(witness.cost, admitted.at(-1)?.total ?? 0, promise.at(-1)?.cost ?? 0) * 1.1,
            ...axis((value) => count(Number(value)), "lines"),
          },
        },
      },
    },
  };
}

function intervals({ admitted, denied }: WitnessPicture, bound: number): Plugin {
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
      for (const { sentMs, receivedMs, total } of admitted) {
        const from = x.getPixelForValue(sentMs);
        const until = x.getPixelForValue(receivedMs);
        const at = y.getPixelForValue(total);
        ctx.fillStyle = total > bound ? palette.fail : palette.allowed;
        ctx.globalAlpha = 0.5;
        ctx.fillRect(from, at - thickness / 2, Math.max(1, until - from), thickness);
        ctx.globalAlpha = 1;
        ctx.fillRect(until - 1, at - thickness, 2, thickness * 2);
      }
    },
  };
}

function captions(cost: number, bound: number, promised: number | null): Plugin {
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
      if (promised !== null && Number.isFinite(bound))
        write(
          promised === bound ? `promised: at most ${count(bound)}` : "promised at most",
          chartArea.left + 14,
          y.getPixelForValue(promised) + 16,
          "left",
          palette.ink,
        );
      const excess = cost > bound ? `, ${count(cost - bound)} too many` : "";
      const colour = cost > bound ? palette.fail : palette.allowed;
      write(
        `let in for certain: ${count(cost)}${excess}`,
        chartArea.right - 14,
        y.getPixelForValue(cost) - 16,
        "right",
        colour,
      );
      ctx.restore();
    },
  };
}
