import { uPlot } from "./library.js";
import { count, duration, evenDurations } from "./scales.js";
import { font, roomOf } from "./theme.js";

/** The worst span: every request an interval at the height of what was let in so far, or may have counted, under its bound. */
export function witnessChart(witness, colours) {
  const host = document.getElementById("witness-chart");
  const axes = { stroke: colours.muted, font: font(12), ticks: { show: false } };
  const highest = Math.max(witness.cost, witness.bound ?? 0, ...witness.total);
  return new uPlot(
    {
      ...roomOf(host),
      legend: { show: false },
      padding: [16, 14, 0, 0],
      cursor: { drag: { x: true, y: true, uni: 20 }, points: { show: false }, y: false },
      scales: {
        x: { time: false, range: (_plot, low, high) => [low ?? 0, high ?? 1] },
        y: {
          range: (_plot, low, high) =>
            low > 0 || high < witness.total.at(-1) ? padded(low, high) : [0, highest * 1.12],
        },
      },
      series: [{}, { width: 0, points: { show: false }, paths: () => null }],
      axes: [
        { ...axes, grid: { show: false }, size: 30, values: evenDurations },
        {
          ...axes,
          grid: { stroke: colours.grid, width: 1 },
          size: 62,
          values: (_plot, splits) => splits.map(count),
        },
      ],
      plugins: [
        { hooks: { draw: (plot) => draw(plot, witness, colours), setCursor: (plot) => read(plot, witness) } },
      ],
    },
    [
      [0, ...witness.atMs.slice(0, -1), witness.spanMs],
      [0, ...witness.total.slice(0, -1), witness.total.at(-1) ?? 0],
    ],
    host,
  );
}

/** Room above and below what is seen of a part. */
function padded(low, high) {
  const room = Math.max(2, (high - low) * 0.1);
  return [Math.max(0, low - room), high + room];
}

function draw(plot, witness, colours) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  drawDenied(plot, witness, colours);
  drawAdmitted(plot, witness, colours);
  drawPromise(plot, witness, colours);
  drawTotal(plot, witness, colours);
  ctx.restore();
}

function drawDenied({ ctx, bbox, valToPos }, { deniedMs }, colours) {
  ctx.fillStyle = colours.denied;
  for (const atMs of deniedMs)
    ctx.fillRect(
      valToPos(atMs, "x", true),
      bbox.top + bbox.height - 9 * devicePixelRatio,
      devicePixelRatio,
      9 * devicePixelRatio,
    );
}

function drawAdmitted({ ctx, valToPos }, witness, colours) {
  const { sentMs, receivedMs, atMs, total, overAbove } = witness;
  const room = Math.abs(valToPos(0, "y", true) - valToPos(1, "y", true));
  const thickness = Math.min(4 * devicePixelRatio, Math.max(devicePixelRatio, room * 0.5));
  total.forEach((sum, index) => {
    const from = valToPos(sentMs[index], "x", true);
    const until = valToPos(receivedMs[index], "x", true);
    const y = valToPos(sum, "y", true);
    ctx.fillStyle = overAbove !== null && sum > overAbove ? colours.fail : colours.allowed;
    ctx.globalAlpha = 0.55;
    ctx.fillRect(from, y - thickness / 2, Math.max(1, until - from), thickness);
    ctx.globalAlpha = 1;
    ctx.fillRect(
      valToPos(atMs[index], "x", true) - devicePixelRatio,
      y - thickness * 0.75,
      2 * devicePixelRatio,
      1.5 * thickness,
    );
  });
}

function drawPromise(plot, { promiseMs, promiseCost, lineCaption }, colours) {
  if (promiseMs.length === 0) return;
  const { ctx, bbox, valToPos } = plot;
  ctx.strokeStyle = colours.promise;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([7 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  promiseMs.forEach((atMs, index) => {
    ctx.lineTo(valToPos(atMs, "x", true), valToPos(promiseCost[index], "y", true));
  });
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.fillStyle = colours.promise;
  const y = valToPos(promiseCost[0], "y", true);
  caption(plot, colours, lineCaption, bbox.left + 10 * devicePixelRatio, y + 12 * devicePixelRatio);
}

/** What it comes to, written where the span ends. */
function drawTotal(plot, { cost, overAbove, spanMs, costCaption }, colours) {
  const { ctx, bbox, valToPos } = plot;
  const x = Math.min(valToPos(spanMs, "x", true), bbox.left + bbox.width);
  ctx.fillStyle = overAbove !== null && cost > overAbove ? colours.fail : colours.allowed;
  const y = valToPos(cost, "y", true) - 12 * devicePixelRatio;
  caption(plot, colours, costCaption, x - 10 * devicePixelRatio, y, "right");
}

/** A text that stays legible over what is drawn under it. */
function caption({ ctx }, colours, text, x, y, align = "left") {
  ctx.font = font(12.5 * devicePixelRatio, 600);
  ctx.textAlign = align;
  ctx.textBaseline = "middle";
  ctx.lineWidth = 5 * devicePixelRatio;
  ctx.lineJoin = "round";
  ctx.strokeStyle = colours.surface;
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
}

function read(plot, { sentMs, receivedMs, total, rows, heights }) {
  const place = document.getElementById("witness-readout");
  const { idx } = plot.cursor;
  if (!place || idx === null || idx === undefined || rows.length === 0) return;
  const index = Math.max(0, Math.min(rows.length - 1, idx - 1));
  place.textContent = `Row ${count(rows[index])}: sent ${duration(sentMs[index])}, answered ${duration(receivedMs[index])} into the span; ${heights.toLowerCase()}: ${count(total[index])}`;
}
