import { bands } from "./bands.js";
import { uPlot } from "./library.js";
import { above, count, duration, powersBetween, powersOfTen } from "./scales.js";
import { font, roomOf } from "./theme.js";

/** The three charts over the whole run: they share one time axis, one cursor and one zoom. */
export function runCharts(data, colours) {
  const { fromMs, slotMs, count: slots } = data.slots;
  const edges = (slot) => [fromMs + slot * slotMs, fromMs + (slot + 1) * slotMs - slotMs / 1000];
  const atSeconds = Array.from({ length: slots }, (_, slot) => edges(slot).map((ms) => ms / 1000)).flat();
  const shared = { data, colours, atSeconds };
  return [
    timeLineChart(shared),
    quantileChart("latency-chart", data.latency, shared),
    quantileChart("lag-chart", data.lag, shared),
  ];
}

function timeLineChart({ data, colours, atSeconds }) {
  const { offered, allowed, denied, errors, lost, dropped } = data.timeLine;
  const stack = [];
  let below = allowed.map(() => 0);
  for (const [name, counts] of Object.entries({ allowed, denied, errors, lost, dropped })) {
    below = below.map((sum, slot) => sum + counts[slot]);
    stack.unshift({ name, top: held(below) });
  }
  const series = stack.map(({ name }) => ({ fill: colours[name], width: 0, points: { show: false } }));
  const outline = { stroke: colours.offered, width: 1, points: { show: false } };
  return plotInto("time-line-chart", {
    series: [{}, ...series, outline],
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.06)] } },
    columns: [atSeconds, ...stack.map(({ top }) => top), held(offered)],
    axis: { values: (_plot, splits) => splits.map((value) => (Number.isInteger(value) ? count(value) : "")) },
    values: (slot) =>
      Object.fromEntries(
        Object.entries({ offered, allowed, denied, lost, errors }).map(([name, counts]) => [
          name,
          count(counts[slot] ?? 0),
        ]),
      ),
    data,
    colours,
  });
}

function quantileChart(id, { p50, p99, max }, { data, colours, atSeconds }) {
  const line = (stroke, width, dash) => ({ stroke, width, points: { show: false }, ...(dash && { dash }) });
  return plotInto(id, {
    series: [{}, line(colours.max, 1, [2, 3]), line(colours.p99, 1.5), line(colours.p50, 2)],
    bands: [{ series: [2, 3], fill: colours.spread }],
    scales: { y: { distr: 3, range: powersOfTen } },
    columns: [atSeconds, ...[max, p99, p50].map((values) => held(above(values)))],
    axis: { splits: powersBetween, values: (_plot, splits) => splits.map(duration) },
    values: (slot) => ({ p50: duration(p50[slot]), p99: duration(p99[slot]), max: duration(max[slot]) }),
    data,
    colours,
  });
}

/** A column with every value twice, at the two edges of its slot, so that straight lines draw steps. */
function held(values) {
  return values.flatMap((value) => [value, value]);
}

function plotInto(id, { series, bands: fills, scales, columns, axis, values, data, colours }) {
  const host = document.getElementById(id);
  const axes = { stroke: colours.muted, font: font(12), ticks: { show: false } };
  const options = {
    ...roomOf(host),
    legend: { show: false },
    padding: [28, 14, 0, 0],
    cursor: {
      sync: { key: "run", setSeries: false },
      drag: { x: true, y: false },
      points: { show: false },
      y: false,
    },
    scales: { x: { time: false }, ...scales },
    series,
    ...(fills && { bands: fills }),
    axes: [
      {
        ...axes,
        grid: { show: false },
        size: 30,
        values: (_plot, splits) => splits.map((second) => `${+second.toFixed(3)} s`),
      },
      { ...axes, grid: { stroke: colours.grid, width: 1 }, size: 62, ...axis },
    ],
    plugins: [bands(data), readOut(id, data, values)],
  };
  return new uPlot(options, columns, host);
}

/** Writes the numbers under the cursor into the chart's key. */
function readOut(id, { slots }, values) {
  const write = (name, text) => {
    const place = document.querySelector(`[data-value="${id}-${name}"]`);
    if (place) place.textContent = text;
  };
  return {
    hooks: {
      setCursor: (plot) => {
        const { idx } = plot.cursor;
        const slot = idx === null || idx === undefined ? null : idx >> 1;
        const shown = values(slot ?? 0);
        for (const name of Object.keys(shown)) write(name, slot === null ? "" : shown[name]);
        write(
          "at",
          slot === null
            ? `per ${duration(slots.slotMs)}`
            : `${((slots.fromMs + slot * slots.slotMs) / 1000).toFixed(1)} s`,
        );
      },
      ready: () => write("at", `per ${duration(slots.slotMs)}`),
    },
  };
}
