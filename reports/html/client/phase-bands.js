import { font, theme } from "./theme.js";

/** Draws the phases of the run as labelled bands. */
export function phaseBands({ phases }) {
  const each = (plot, mark) => {
    for (const [index, phase] of phases.entries()) mark(plot, phase, index);
  };
  return { hooks: { drawClear: (plot) => each(plot, tintPhase), draw: (plot) => each(plot, labelPhase) } };
}

/** The visible part of a span in canvas pixels; null when nothing of it is visible. */
export function visible(plot, { fromMs, untilMs }) {
  const { left, width } = plot.bbox;
  const clamp = (x) => Math.min(left + width, Math.max(left, x));
  const from = clamp(plot.valToPos(fromMs / 1000, "x", true));
  const until = clamp(plot.valToPos(untilMs / 1000, "x", true));
  return until - from < 1 ? null : { from, until };
}

function tintPhase(plot, phase, index) {
  const span = visible(plot, phase);
  if (span === null || index % 2 === 1) return;
  const { top, height } = plot.bbox;
  plot.ctx.save();
  plot.ctx.fillStyle = theme().band;
  plot.ctx.fillRect(
    span.from,
    top - 24 * devicePixelRatio,
    span.until - span.from,
    height + 24 * devicePixelRatio,
  );
  plot.ctx.restore();
}

function labelPhase(plot, phase, index) {
  const span = visible(plot, phase);
  if (span === null) return;
  const { ctx } = plot;
  ctx.save();
  ctx.font = font(12 * devicePixelRatio, 600);
  ctx.fillStyle = theme().muted;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const room = span.until - span.from - 8 * devicePixelRatio;
  const text = [`${index + 1} ${phase.name}`, `${index + 1}`].find(
    (label) => ctx.measureText(label).width <= room,
  );
  if (text) ctx.fillText(text, (span.from + span.until) / 2, plot.bbox.top - 12 * devicePixelRatio);
  ctx.restore();
}
