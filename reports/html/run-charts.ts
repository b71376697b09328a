import type { Result } from "../../harness/verdict/result.ts";
import type { JudgedRun } from "../report-format.ts";
import { redisSeries } from "../series/redis-series.ts";
import type { ToldSources } from "../series/told-sources.ts";
import { cut, plain } from "../words/plain.ts";
import { type ChartKey, chartFigure } from "./chart-figure.ts";
import { faultTable } from "./fault-table.ts";
import { type Markup, markup } from "./markup.ts";
import { sourceFigure } from "./source-figure.ts";

/** The faults in a table, and the charts over the whole run, with buttons that zoom to a phase or a fault. */
export function runCharts(run: JudgedRun, sources: ToldSources | null): Markup {
  const { result, history } = run;
  return markup`
${result.faults.length === 0 ? null : faultTable(run)}
${zoomButtons(result)}
${chartFigure({
  id: "time-line-chart",
  title: "Requests",
  spoken:
    "Requests over time: offered, allowed, denied, unavailable and lost, by the instant the schedule wanted them",
  height: "main",
  key: outcomeKey(result.outcomes),
})}
${sources && sourceFigure(result, sources)}
${chartFigure({ id: "latency-chart", title: "Latency from the intended instant", spoken: "Median, 99th percentile and longest latency over time on a logarithmic scale", height: "main", key: quantileKey })}
${chartFigure({ id: "lag-chart", title: "Send lag: how late the load itself was", spoken: "Median, 99th percentile and longest send lag over time on a logarithmic scale", height: "low", key: quantileKey })}
${redisSeries(history) && redisFigures}
<noscript><p class="lead">The interactive pictures need scripts; the folder charts/ beside this page holds still ones.</p></noscript>`;
}

function zoomButtons({ phases, faults }: Result): Markup {
  const toPhases = phases.map(
    ({ name }, index) =>
      markup`<button type="button" data-phase="${index}"><b>${index + 1}</b> ${cut(plain(name), 24)}</button>`,
  );
  const toFaults = faults.map(
    ({ name }, index) =>
      markup`<button type="button" data-fault="${index}"><b>F${index + 1}</b> ${cut(plain(name), 24)}</button>`,
  );
  return markup`<div class="zoom" role="group" aria-label="Zoom to"><button type="button" data-phase="all">Whole run</button>${toPhases}${toFaults}<span class="hint">Drag to zoom, double click to reset</span></div>`;
}

function outcomeKey({ unavailable, errors }: Result["outcomes"]): readonly ChartKey[] {
  return [
    ["offered", "offered"],
    ["allowed", "allowed"],
    ["denied", "denied"],
    ...(unavailable > 0 ? [["unavailable", "unavailable"] as const] : []),
    ["lost", "lost"],
    ...(errors > 0 ? [["errors", "errors"] as const] : []),
  ];
}

const quantileKey: readonly ChartKey[] = [
  ["p50", "median"],
  ["p99", "p99"],
  ["max", "longest"],
];

const redisFigures: Markup = markup`
${chartFigure({
  id: "redis-rate-chart",
  title: "Redis by its own counters, per second",
  spoken: "Commands and script calls that Redis counted, per second, over time",
  height: "low",
  key: [
    ["commands", "commands"],
    ["scripts", "script calls"],
  ],
})}
${chartFigure({
  id: "redis-connections-chart",
  title: "Connections to Redis",
  spoken: "Connections that Redis had open, over time",
  height: "mini",
  key: [["connections", "connections"]],
})}`;
