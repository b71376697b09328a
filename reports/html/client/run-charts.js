import { held, plotInto, slotEdges } from "./run-plot.js";
import { above, count, duration, powersBetween, powersOfTen } from "./scales.js";
import { sourceChart } from "./source-chart.js";

/** The charts over the whole run, as many as there is something to show in. */
export function runCharts(data, colours) {
  const shared = { data, colours, atSeconds: slotEdges(data.slots) };
  return [
    timeLineChart(shared),
    data.sources && sourceChart(shared),
    quantileChart("latency-chart", data.latency, shared),
    quantileChart("lag-chart", data.lag, shared),
    data.redis && lineChart("redis-rate-chart", { commands: 4, scripts: 1.5 }, shared),
    data.redis && lineChart("redis-connections-chart", { connections: 2 }, shared),
  ].filter(Boolean);
}

function timeLineChart({ data, colours, atSeconds }) {
  const { offered, ...outcomes } = data.timeLine;
  const stack = [];
  let below = offered.map(() => 0);
  for (const [name, counts] of Object.entries(outcomes)) {
    below = below.map((sum, slot) => sum + counts[slot]);
    stack.unshift({ name, top: held(below) });
  }
  const series = stack.map(({ name }) => ({ fill: colours[name], width: 0, points: { show: false } }));
  const outline = { stroke: colours.offered, width: 1, points: { show: false } };
  return plotInto("time-line-chart", {
    series: [{}, ...series, outline],
    scales: {
      y: { range: (_plot, _low, high) => [0, Math.max(1, high * (data.faults.length ? 1.2 : 1.06))] },
    },
    columns: [atSeconds, ...stack.map(({ top }) => top), held(offered)],
    axis: { values: wholeNumbers },
    values: (slot) => counted(data.timeLine, slot),
    data,
    colours,
  });
}

function quantileChart(id, { p50, p99, max }, { data, colours, atSeconds }) {
  return plotInto(id, {
    series: [
      {},
      line(colours.max, { width: 1, dash: [2, 3] }),
      line(colours.p99, { width: 1.5 }),
      line(colours.p50),
    ],
    bands: [{ series: [2, 3], fill: colours.spread }],
    scales: { y: { distr: 3, range: powersOfTen } },
    columns: [atSeconds, ...[max, p99, p50].map((values) => held(above(values)))],
    axis: { splits: powersBetween, values: (_plot, splits) => splits.map(duration) },
    values: (slot) => ({ p50: duration(p50[slot]), p99: duration(p99[slot]), max: duration(max[slot]) }),
    data,
    colours,
  });
}

/** Lines of these widths over an axis that begins at zero. */
function lineChart(id, widths, { data, colours, atSeconds }) {
  const columns = Object.fromEntries(Object.keys(widths).map((name) => [name, data.redis[name]]));
  return plotInto(id, {
    series: [{}, ...Object.entries(widths).map(([name, width]) => line(colours[name], { width }))],
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, (high ?? 0) * 1.3)] } },
    columns: [atSeconds, ...Object.values(columns).map(held)],
    axis: { values: wholeNumbers },
    values: (slot) => counted(columns, slot),
    data,
    colours,
  });
}

function line(stroke, { width = 2, dash } = {}) {
  return { stroke, width, points: { show: false }, ...(dash && { dash }) };
}

function counted(columns, slot) {
  const text = (value) => (value === null || value === undefined ? "\u2013" : count(value));
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, text(values[slot])]));
}

function wholeNumbers(_plot, splits) {
  return splits.map((value) => (Number.isInteger(value) ? count(value) : ""));
}
