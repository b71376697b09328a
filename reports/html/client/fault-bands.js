import { font, theme } from "./theme.js";

/** Room that the label of one fault takes, in CSS pixels. */
const labelHeight = 17;

/** The faults as bands from top to bottom of a chart, each labelled in a row of its own where they overlap. */
export function faultBands({ faults }) {
  const each = (plot, mark) => {
    const { top, height } = plot.bbox;
    for (const [index, fault] of faults.entries()) mark(plot, fault, index, { top, height });
  };
  return {
    hooks: {
      drawClear: (plot) => each(plot, tintFault),
      draw: (plot) => each(plot, markFault),
    },
  };
}

/** Tints what the fault covers: fully while it was in force, fading while it was injected and healed. */
export function tintFault(plot, fault, index, { top, height }) {
  const edges = edgesOf(plot, fault);
  if (edges === null) return;
  const { ctx } = plot;
  ctx.save();
  clipToPlot(plot);
  ctx.fillStyle = ramp(ctx, edges, `${theme().faults[index % 4]}2b`);
  ctx.fillRect(edges.from, top, edges.until - edges.from, height);
  ctx.restore();
}

/** A bar along the top with the fault's number and name, and its edges down to the axis. */
export function markFault(plot, fault, index, { top, height }) {
  const edges = edgesOf(plot, fault);
  if (edges === null) return;
  const { ctx } = plot;
  const pixel = devicePixelRatio;
  const colour = theme().faults[index % 4];
  const y = top + fault.row * labelHeight * pixel;
  ctx.save();
  clipToPlot(plot);
  ctx.fillStyle = ramp(ctx, edges, `${colour}ff`);
  ctx.fillRect(edges.from, y, edges.until - edges.from, 3 * pixel);
  ctx.fillStyle = colour;
  for (const edge of [edges.injected, edges.healing])
    ctx.fillRect(edge - pixel / 2, y, pixel, height - (y - top));
  ctx.globalAlpha = 0.45;
  for (const [outer, inner] of [
    [edges.from, edges.injected],
    [edges.until, edges.healing],
  ])
    if (Math.abs(outer - inner) > 4 * pixel) ctx.fillRect(outer - pixel / 2, y, pixel, height - (y - top));
  ctx.globalAlpha = 1;
  labelFault(plot, fault, index, { edges, y });
  ctx.restore();
}

function labelFault({ ctx, bbox }, fault, index, { edges, y }) {
  const pixel = devicePixelRatio;
  const from = Math.max(bbox.left, edges.injected);
  const room = Math.min(bbox.left + bbox.width, edges.healing) - from - 8 * pixel;
  ctx.font = font(11 * pixel, 600);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const text = fault.labels.find((label) => ctx.measureText(label).width <= room);
  if (!text) return;
  ctx.fillStyle = theme().faults[index % 4];
  ctx.fillRect(from, y, ctx.measureText(text).width + 8 * pixel, labelHeight * pixel);
  ctx.fillStyle = theme().surface;
  ctx.fillText(text, from + 4 * pixel, y + 9 * pixel);
}

/** The four instants of a fault in canvas pixels; null when nothing of it is visible. */
function edgesOf({ bbox, valToPos }, { fromMs, injectedMs, healingMs, untilMs }) {
  const [from, injected, healing, until] = [fromMs, injectedMs, healingMs, untilMs].map((ms) =>
    valToPos(ms / 1000, "x", true),
  );
  const isHidden = until < bbox.left || from > bbox.left + bbox.width;
  return isHidden ? null : { from, injected, healing, until: Math.max(until, from + devicePixelRatio) };
}

function clipToPlot({ ctx, bbox }) {
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
}

/** From nothing to `colour` (eight digits: paper knows no other transparency) and back. */
function ramp(ctx, { from, injected, healing, until }, colour) {
  const share = (x) => Math.min(1, Math.max(0, (x - from) / (until - from)));
  const gradient = ctx.createLinearGradient(from, 0, until, 0);
  gradient.addColorStop(0, `${colour.slice(0, 7)}00`);
  gradient.addColorStop(share(injected), colour);
  gradient.addColorStop(Math.max(share(injected), share(healing)), colour);
  gradient.addColorStop(1, `${colour.slice(0, 7)}00`);
  return gradient;
}
