import { faultBands } from "./fault-bands.js";
import { uPlot } from "./library.js";
import { phaseBands } from "./phase-bands.js";
import { duration } from "./scales.js";
import { font, roomOf } from "./theme.js";

/** One chart over the whole run: it shares the time axis, the cursor, the zoom and the bands with all others. */
export function plotInto(id, { series, bands, scales, columns, axis, values, data, colours, plugins }) {
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
    ...(bands && { bands }),
    axes: [
      {
        ...axes,
        grid: { show: false },
        size: 30,
        values: (_plot, splits) => splits.map((second) => `${+second.toFixed(3)} s`),
      },
      { ...axes, grid: { stroke: colours.grid, width: 1 }, size: 62, ...axis },
    ],
    plugins: [phaseBands(data), ...(plugins ?? [faultBands(data)]), readOut(id, data, values)],
  };
  return new uPlot(options, columns, host);
}

/** The two edges of every slot in seconds. */
export function slotEdges({ fromMs, slotMs, count: slots }) {
  const edges = (slot) => [fromMs + slot * slotMs, fromMs + (slot + 1) * slotMs - slotMs / 1000];
  return Array.from({ length: slots }, (_, slot) => edges(slot).map((ms) => ms / 1000)).flat();
}

/** A column with every value twice, at the two edges of its slot, so that straight lines draw steps. */
export function held(values) {
  return values.flatMap((value) => [value, value]);
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
