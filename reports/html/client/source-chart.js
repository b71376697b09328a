import { markFault, tintFault } from "./fault-bands.js";
import { visible } from "./phase-bands.js";
import { held, plotInto } from "./run-plot.js";
import { duration } from "./scales.js";
import { font } from "./theme.js";

/** Height of one replica's lane, of the room above its shares, of the breaker's strip, in CSS pixels. */
const lane = { height: 92, above: 20, strip: 8, gap: 9 };

/** Who decided: a lane a replica, filled with the shares of the deciders, and under it the state of its breaker. */
export function sourceChart({ data, colours, atSeconds }) {
  const { replicas } = data.sources;
  document.getElementById("source-chart").style.height = `${replicas.length * lane.height + 62}px`;
  return plotInto("source-chart", {
    series: [{}, { paths: () => null, points: { show: false } }],
    scales: { y: { range: () => [0, 1] } },
    columns: [atSeconds, held(replicas[0].counts.redis.map(() => 0))],
    axis: { grid: { show: false }, values: () => [] },
    values: (slot) => ({ replicas: spoken(replicas, slot) }),
    plugins: [
      {
        hooks: {
          draw: (plot) => {
            for (const [index, sources] of replicas.entries())
              drawLane(plot, sources, { data, colours, place: placeOf(plot, index, replicas.length) });
          },
        },
      },
    ],
    data,
    colours,
  });
}

/** Where the parts of one lane are, in canvas pixels. */
function placeOf({ bbox }, index, lanes) {
  const pixel = devicePixelRatio;
  const height = bbox.height / lanes;
  const top = bbox.top + index * height;
  const bottom = top + height - lane.gap * pixel;
  return { top, shares: top + lane.above * pixel, base: bottom - (lane.strip + 3) * pixel, bottom };
}

function drawLane(plot, { replica, counts }, { data, colours, place }) {
  const { ctx, bbox } = plot;
  const { top, shares, base, bottom } = place;
  // The library remembers what it set on the context, so everything is put back.
  ctx.save();
  ctx.font = font(12 * devicePixelRatio, 600);
  ctx.fillStyle = colours.muted;
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  ctx.fillText(`replica ${replica}`, bbox.left - 8 * devicePixelRatio, (shares + base) / 2);
  drawShares(plot, counts, { slots: data.slots, colours, shares, base });
  for (const breaker of data.breakers)
    if (breaker.replica === replica) drawBreaker(plot, breaker, colours, base);
  for (const [index, fault] of data.faults.entries()) {
    if (!fault.replicas.includes(replica)) continue;
    tintFault(plot, fault, index, { top, height: shares - top });
    markFault(plot, { ...fault, row: 0 }, index, { top, height: bottom - top });
  }
  for (const recovery of data.recoveries)
    if (recovery.replica === replica) drawRecovery(plot, recovery, { data, colours, place });
  ctx.restore();
}

/** Stacks the shares of each slot; what nobody asked stays empty. */
function drawShares(plot, counts, { slots, colours, shares, base }) {
  const { ctx } = plot;
  const names = Object.keys(counts);
  for (let slot = 0; slot < slots.count; slot++) {
    const all = names.reduce((sum, name) => sum + counts[name][slot], 0);
    const fromMs = slots.fromMs + slot * slots.slotMs;
    const span = all > 0 ? visible(plot, { fromMs, untilMs: fromMs + slots.slotMs }) : null;
    if (span === null) continue;
    const from = Math.round(span.from);
    let y = base;
    for (const name of names) {
      const height = ((base - shares) * counts[name][slot]) / all;
      ctx.fillStyle = colours[name];
      ctx.fillRect(from, y - height, Math.round(span.until) - from, height);
      y -= height;
    }
  }
}

/** A breaker's state as a bar: thin when closed, higher the less it lets through. */
function drawBreaker(plot, { state, fromMs, untilMs }, colours, base) {
  const span = visible(plot, { fromMs, untilMs });
  if (span === null) return;
  const height = { closed: 2, "half-open": 5, open: lane.strip }[state] * devicePixelRatio;
  plot.ctx.fillStyle = colours[state];
  plot.ctx.fillRect(
    span.from,
    base + (lane.strip + 2) * devicePixelRatio - height,
    span.until - span.from,
    height,
  );
}

/** From the end of healing to the first answer of Redis, with the time between where there is room for it. */
function drawRecovery(plot, { fault, replica, atMs, afterMs }, { data, colours, place }) {
  const { ctx, bbox, valToPos } = plot;
  const pixel = devicePixelRatio;
  const at = valToPos(atMs / 1000, "x", true);
  const healed = Math.max(bbox.left, valToPos(data.faults[fault].untilMs / 1000, "x", true));
  if (at < bbox.left || at > bbox.left + bbox.width) return;
  const y = place.top + (lane.above / 2) * pixel;
  ctx.save();
  ctx.fillStyle = colours.ink;
  ctx.fillRect(at - pixel, y - 4 * pixel, 2 * pixel, place.base - y + 4 * pixel);
  ctx.fillRect(healed, y - pixel / 2, Math.max(0, at - healed), pixel);
  ctx.font = font(11.5 * pixel, 600);
  ctx.textBaseline = "middle";
  const next = data.faults
    .filter(({ fromMs, replicas }) => fromMs > atMs && replicas.includes(replica))
    .map(({ fromMs }) => valToPos(fromMs / 1000, "x", true));
  const room = Math.min(bbox.left + bbox.width, ...next) - at - 8 * pixel;
  const texts = afterMs === 0 ? ["back"] : [`back after ${duration(afterMs)}`, `+${duration(afterMs)}`];
  const text = texts.find((one) => ctx.measureText(one).width <= room) ?? "";
  ctx.textAlign = "left";
  ctx.lineWidth = 4 * pixel;
  ctx.lineJoin = "round";
  ctx.strokeStyle = colours.surface;
  ctx.strokeText(text, at + 6 * pixel, y);
  ctx.fillText(text, at + 6 * pixel, y);
  ctx.restore();
}

/** `replica 0 local 100 %, replica 1 …`: what one slot shows, in words. */
function spoken(replicas, slot) {
  return replicas
    .map(({ replica, counts }) => {
      const all = Object.values(counts).reduce((sum, column) => sum + column[slot], 0);
      const parts = Object.entries(counts)
        .filter(([, column]) => column[slot] > 0)
        .map(([name, column]) => `${name} ${Math.round((100 * column[slot]) / all)} %`);
      return `replica ${replica}: ${parts.join(", ") || "nothing asked"}`;
    })
    .join("; ");
}
