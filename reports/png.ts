import { accuracyChart } from "./png/accuracy-chart.ts";
import { pictureDrawer } from "./png/drawing.ts";
import { latencyChart } from "./png/latency-chart.ts";
import { sourcesChart } from "./png/sources-chart.ts";
import { timelineChart } from "./png/timeline-chart.ts";
import { worstSpanChart } from "./png/worst-span-chart.ts";
import type { JudgedRun, ReportFile, ReportFormat } from "./report-format.ts";
import { sourceSeries } from "./series/source-series.ts";
import { worstSpan } from "./series/worst-span.ts";

/** `charts/*.png`: still pictures for pull requests and papers, 2400 by 1200 pixels on white. */
export const format: ReportFormat = { render: pictures };

function pictures(run: JudgedRun): readonly ReportFile[] {
  const draw = pictureDrawer(run.result);
  const span = worstSpan(run);
  const { accuracy } = run.result;
  const sources = sourceSeries(run.history);
  const isAlone = sources.totals.local + sources.totals.unavailable > 0;
  return [
    { path: "charts/timeline.png", content: draw(timelineChart(run)) },
    { path: "charts/latency.png", content: draw(latencyChart(run)) },
    ...(isAlone ? [{ path: "charts/sources.png", content: draw(sourcesChart(run, sources)) }] : []),
    ...(span === null || span.picture === null
      ? []
      : [{ path: "charts/worst-span.png", content: draw(worstSpanChart(span, span.picture)) }]),
    ...(accuracy === null ? [] : [{ path: "charts/accuracy.png", content: draw(accuracyChart(accuracy)) }]),
  ];
}
