import type { JudgedRun } from "../report-format.ts";
import { recoveries } from "../series/recoveries.ts";
import { type Decider, deciders, type SourceSeries } from "../series/source-series.ts";
import { deciderWords } from "../words/decider-words.ts";
import { duration } from "../words/numerals.ts";
import { type Line, secondsAxis } from "./axes.ts";
import type { Drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { phaseBands } from "./run-bands.ts";
import { sourceLanes } from "./source-lanes.ts";

/** How many replicas have a lane of their own. */
const mostLanes = 8;

/** Who decided over time, a lane a replica, with its faults and the instant it was back on Redis. */
export function sourcesChart(run: JudgedRun, sources: SourceSeries): Drawing {
  const { slots, totals } = sources;
  const replicas = sources.replicas.slice(0, mostLanes);
  const shown = deciders.filter((name) => name === "redis" || totals[name] > 0);
  const more = replicas.length < sources.replicas.length ? `, the first ${mostLanes} replicas` : "";
  return {
    leftMargin: 118,
    title: `Who decided, per ${duration(slots.slotMs)}${more}`,
    config: {
      type: "line",
      data: { datasets: shown.map(legendOf) },
      plugins: [
        phaseBands(run.result),
        sourceLanes({ slots, replicas, shown, faults: run.result.faults, recoveries: recoveries(run) }),
      ],
      options: {
        parsing: false,
        scales: { x: secondsAxis(slots), y: { display: false, min: 0, max: 1 } },
      },
    },
  };
}

/** A line without points, for the sake of its entry in the legend. */
function legendOf(name: Decider): Line {
  return {
    label: deciderWords[name],
    data: [],
    backgroundColor: palette[name],
    borderColor: palette[name],
    borderWidth: 0,
    pointStyle: "rectRounded",
  };
}
