import { font, theme } from "./theme.js";

/** Draws the phases of the run as labelled bands, and its faults over them. */
export function bands({ phases, faults }) {
  return {
    hooks: {
      drawClear: (plot) => {
        phases.forEach((phase, index) => {
          tintPhase(plot, phase, index);
        });
        faults.forEach((fault, index) => {
          tintFault(plot, fault, index);
        });
      },
      draw: (plot) => {
        phases.forEach((phase, index) => {
          labelPhase(plot, phase, index);
        });
        faults.forEach((fault, index) => {
          drawFault(plot, fault, index);
        });
      },
    },
  };
}

/** The visible part of a span in canvas pixels; null when nothing of it is visible. */
function visible(plot, { fromMs, untilMs }) {
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
  plot.ctx.fillStyle = theme().band;
  plot.ctx.fillRect(
    span.from,
    top - 24 * devicePixelRatio,
    span.until - span.from,
    height + 24 * devicePixelRatio,
  );
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

function tintFault(plot, fault, index) {
  const span = visible(plot, fault);
  if (span === null) return;
  const { top, height } = plot.bbox;
  plot.ctx.save();
  plot.ctx.globalAlpha = 0.14;
  plot.ctx.fillStyle = theme().faults[index % 4];
  plot.ctx.fillRect(span.from, top, span.until - span.from, height);
  plot.ctx.restore();
}

/** A bar along the top with the fault's number, and its two edges down to the axis. */
function drawFault(plot, fault, index) {
  const span = visible(plot, fault);
  if (span === null) return;
  const { ctx } = plot;
  const { top, height } = plot.bbox;
  const pixel = devicePixelRatio;
  ctx.save();
  ctx.fillStyle = theme().faults[index % 4];
  ctx.fillRect(span.from, top, span.until - span.from, 3 * pixel);
  for (const edge of [span.from, span.until - pixel]) ctx.fillRect(edge, top, pixel, height);
  ctx.font = font(11 * pixel, 600);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const label = `F${index + 1}`;
  const width = ctx.measureText(label).width + 8 * pixel;
  if (span.until - span.from > width) {
    ctx.fillRect(span.from, top, width, 17 * pixel);
    ctx.fillStyle = theme().surface;
    ctx.fillText(label, span.from + 4 * pixel, top + 9 * pixel);
  }
  ctx.restore();
}
