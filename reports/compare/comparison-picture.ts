import { createCanvas, type SKRSContext2D } from "canvas";
import type { Comparison } from "../../harness/compare/comparison.ts";
import { family, registerFont } from "../png/font.ts";
import { write } from "../png/lettering.ts";
import { palette, verdictColours } from "../png/palette.ts";
import { duration } from "../words/numerals.ts";
import { cut, plain } from "../words/plain.ts";
import { verdictWords } from "../words/verdict-words.ts";
import { ratio, worstTriple, worstVerdict } from "./columns.ts";
import { type Panel, ratioTicks, type SmallMultiples, smallMultiples, timeTicks } from "./small-multiples.ts";

/** Units; each is two pixels wide. */
const width = 1_200;
const pixels = 2;
const head = 124;
const foot = 44;
const panelHeight = 118;
const gap = 26;
const plot = { left: 250, right: width - 36 } as const;

/** Where a panel stands, and how values become places in it. */
interface Place {
  readonly top: number;
  readonly bottom: number;
  readonly x: (atMs: number) => number;
  readonly y: (ratio: number) => number;
}

/** `compare.png`: what each variant let in over time, over its limit, under each other on the same axes. */
export function comparisonPicture(comparison: Comparison): Uint8Array {
  registerFont();
  const multiples = smallMultiples(comparison);
  const { panels, untilMs, most } = multiples;
  const height = head + Math.max(1, panels.length) * (panelHeight + gap) + foot;
  const canvas = createCanvas(width * pixels, height * pixels);
  const ctx = canvas.getContext("2d");
  ctx.scale(pixels, pixels);
  ctx.fillStyle = palette.paper;
  ctx.fillRect(0, 0, width, height);
  drawHeading(ctx, comparison);
  const x = (atMs: number) => plot.left + ((plot.right - plot.left) * atMs) / untilMs;
  for (const [index, panel] of panels.entries()) {
    const top = head + index * (panelHeight + gap);
    const bottom = top + panelHeight;
    drawPanel(ctx, panel, multiples, { top, bottom, x, y: (value) => bottom - (panelHeight * value) / most });
  }
  if (panels[0] !== undefined) drawPhases(ctx, panels[0], x);
  drawTimes(ctx, multiples, x, height - foot - gap + 22);
  return canvas.toBuffer("image/png");
}

function drawHeading(
  ctx: SKRSContext2D,
  { scenario, policies, ratePerSecond, trials, seed }: Comparison,
): void {
  write(ctx, "What was let in within one window, over the limit", 32, 46, { size: 26, weight: 600 });
  const [policy] = policies;
  const promise =
    policy === undefined ? "" : `, ${policy.limit.toLocaleString("en-US")} per ${duration(policy.windowMs)}`;
  const many = trials === 1 ? `seed ${seed}` : `${trials} trials each, seeds ${seed} to ${seed + trials - 1}`;
  const text = `${plain(scenario, 40)}${promise} for each subject, ${ratePerSecond.toLocaleString("en-US")} requests a second, ${many}`;
  write(ctx, text, 32, 74, { size: 16, colour: palette.muted });
}

function drawPanel(ctx: SKRSContext2D, panel: Panel, { most }: SmallMultiples, place: Place): void {
  const { top, bottom, x, y } = place;
  for (const { fromMs, untilMs } of panel.faults) {
    ctx.fillStyle = `${palette.faults[0]}1f`;
    ctx.fillRect(x(fromMs), top, x(untilMs) - x(fromMs), bottom - top);
    ctx.fillStyle = palette.faults[0];
    ctx.fillRect(x(fromMs), top, x(untilMs) - x(fromMs), 3);
  }
  for (const tick of ratioTicks(most)) {
    ctx.fillStyle = palette.grid;
    ctx.fillRect(plot.left, y(tick) - 0.5, plot.right - plot.left, 1);
    write(ctx, `${tick}`, plot.left - 8, y(tick) + 4.5, { size: 13, colour: palette.muted, align: "right" });
  }
  drawArea(ctx, panel, place, { colour: palette.allowed, from: y(1), until: bottom });
  drawArea(ctx, panel, place, { colour: palette.fail, from: top - 8, until: y(1) });
  drawLimit(ctx, y(1));
  drawName(ctx, panel, place);
}

/** The area under the envelope between two heights, and the line of every trial. */
function drawArea(
  ctx: SKRSContext2D,
  { envelope, lines, slotMs }: Panel,
  { bottom, x, y }: Place,
  { colour, from, until }: { readonly colour: string; readonly from: number; readonly until: number },
): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(plot.left, from, plot.right - plot.left, until - from);
  ctx.clip();
  const trace = (line: readonly number[]): void => {
    ctx.beginPath();
    ctx.moveTo(x(0), bottom);
    for (const [slot, value] of line.entries()) {
      ctx.lineTo(x(slot * slotMs), y(value));
      ctx.lineTo(x((slot + 1) * slotMs), y(value));
    }
  };
  trace(envelope);
  ctx.lineTo(x(envelope.length * slotMs), bottom);
  ctx.fillStyle = `${colour}2e`;
  ctx.fill();
  ctx.lineWidth = lines.length === 1 ? 1.8 : 1;
  ctx.lineJoin = "round";
  ctx.strokeStyle = colour;
  for (const line of lines) {
    trace(line);
    ctx.stroke();
  }
  ctx.restore();
}

function drawLimit(ctx: SKRSContext2D, y: number): void {
  ctx.save();
  ctx.setLineDash([7, 5]);
  ctx.lineWidth = 1.4;
  ctx.strokeStyle = palette.ink;
  ctx.beginPath();
  ctx.moveTo(plot.left, y);
  ctx.lineTo(plot.right, y);
  ctx.stroke();
  ctx.restore();
}

/** Left of the plot: who it is, what was proved of it, and its verdict. */
function drawName(ctx: SKRSContext2D, { row, faults }: Panel, { top }: Place): void {
  const verdict = worstVerdict(row);
  const worst = worstTriple(row, (run) => run.outageRatio ?? run.accuracy?.worstAdmittedRatio ?? null);
  const name = cut(plain(row.variant), 40);
  write(ctx, name, 32, top + 20, { size: sizeFitting(ctx, name, plot.left - 76), weight: 600 });
  if (worst !== null) {
    const over = worst.proved > 1.005;
    write(ctx, ratio(worst.proved), 32, top + 54, {
      size: 28,
      weight: 600,
      colour: over ? palette.fail : palette.ink,
    });
    const where = faults.length > 0 ? "proved in the outage" : "proved";
    write(ctx, where, 32, top + 75, { size: 13, colour: palette.muted });
  }
  if (verdict !== null)
    write(ctx, verdictWords[verdict].word, 32, top + 97, {
      size: 14,
      weight: 600,
      colour: verdictColours[verdict],
    });
}

/** The largest size of letters, 11 to 18, in which a name is no wider than `room`. */
function sizeFitting(ctx: SKRSContext2D, name: string, room: number): number {
  ctx.font = `600 18px "${family}"`;
  return Math.max(11, Math.min(18, Math.floor((18 * room) / ctx.measureText(name).width)));
}

function drawPhases(ctx: SKRSContext2D, { phases, faults }: Panel, x: (atMs: number) => number): void {
  for (const { name, fromMs, untilMs } of phases) {
    ctx.fillStyle = palette.grid;
    ctx.fillRect(x(fromMs), head - 22, 1, 18);
    const text = cut(plain(name), 20);
    ctx.font = `600 13px "${family}"`;
    if (ctx.measureText(text).width < x(untilMs) - x(fromMs) - 12)
      write(ctx, text, x(fromMs) + 8, head - 9, { size: 13, weight: 600, colour: palette.muted });
  }
  const [fault] = faults;
  if (fault === undefined) return;
  const text = cut(plain(fault.name), 24);
  write(ctx, text, x(fault.untilMs) - 6, head - 9, {
    size: 13,
    weight: 600,
    colour: palette.faults[0],
    align: "right",
  });
}

function drawTimes(
  ctx: SKRSContext2D,
  multiples: SmallMultiples,
  x: (atMs: number) => number,
  y: number,
): void {
  for (const { atMs, text } of timeTicks(multiples))
    write(ctx, text, x(atMs), y, { size: 13, colour: palette.muted, align: "center" });
}
