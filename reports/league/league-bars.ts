import { createCanvas, type SKRSContext2D } from "canvas";
import type { ComparedNumber, ComparisonRow } from "../../harness/compare/comparison.ts";
import type { League } from "../../harness/league/league.ts";
import { medianOf } from "../compare/columns.ts";
import { registerFont } from "../png/font.ts";
import { write } from "../png/lettering.ts";
import { palette } from "../png/palette.ts";
import { count, significant } from "../words/numerals.ts";
import { cut, plain } from "../words/plain.ts";

/** Units; each is two pixels wide. */
const width = 1_200;
const pixels = 2;
const head = 108;
const foot = 20;
const rowHeight = 30;
const names = 250;
const gap = 28;

interface Panel {
  readonly number: ComparedNumber;
  readonly title: string;
  readonly text: (value: number) => string;
}

const panels: readonly Panel[] = [
  { number: "decisionsPerSecond", title: "decisions a second", text: (value) => count(Math.round(value)) },
  { number: "gatewayCpuUs", title: "gateway CPU, \u00b5s", text: significant },
  { number: "redisCpuUs", title: "Redis CPU, \u00b5s", text: significant },
  { number: "redisReads", title: "round trips", text: significant },
];

/** `costs.png`: what a decision costs each limiter, medians of the blocks as bars from zero, a panel a number. */
export function leagueBars({ costs }: League): Uint8Array {
  registerFont();
  const { rows } = costs;
  const canvas = createCanvas(width * pixels, (head + rows.length * rowHeight + foot) * pixels);
  const ctx = canvas.getContext("2d");
  ctx.scale(pixels, pixels);
  ctx.fillStyle = palette.paper;
  ctx.fillRect(0, 0, width, head + rows.length * rowHeight + foot);
  write(ctx, "What a decision costs", 32, 46, { size: 26, weight: 600 });
  write(ctx, "one gateway, median of the blocks; decisions a second at saturation", 32, 72, {
    size: 16,
    colour: palette.muted,
  });
  for (const [index, { variant }] of rows.entries())
    write(ctx, cut(plain(variant), 30), 32, middleOf(index), { size: 15, weight: 600 });
  const room = (width - names - 32) / panels.length;
  for (const [index, panel] of panels.entries())
    drawPanel(ctx, panel, rows, { left: names + index * room, width: room - gap });
  return canvas.toBuffer("image/png");
}

function drawPanel(
  ctx: SKRSContext2D,
  { number, title, text }: Panel,
  rows: readonly ComparisonRow[],
  place: { readonly left: number; readonly width: number },
): void {
  write(ctx, title, place.left, head - 10, { size: 14, weight: 600, colour: palette.muted });
  const values = rows.map((row) => medianOf(row, number));
  const most = Math.max(...values.map((value) => value ?? 0));
  const bars = place.width - 56;
  for (const [index, value] of values.entries()) {
    const middle = middleOf(index);
    if (value === null) {
      write(ctx, "\u2013", place.left, middle, { size: 14, colour: palette.muted });
      continue;
    }
    const length = most === 0 ? 0 : (bars * value) / most;
    ctx.fillStyle = palette.allowed;
    ctx.fillRect(place.left, middle - 13, Math.max(1, length), 16);
    write(ctx, text(value), place.left + length + 6, middle, { size: 13 });
  }
}

/** The line on which a row's letters stand. */
function middleOf(index: number): number {
  return head + index * rowHeight + 20;
}
