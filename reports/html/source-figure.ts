import type { JudgedRun } from "../report-format.ts";
import { breakerSpans } from "../series/breaker-spans.ts";
import { deciders, type SourceSeries, sourceSeries } from "../series/source-series.ts";
import { deciderWords } from "../words/decider-words.ts";
import { cut, plain } from "../words/plain.ts";
import { sentence } from "../words/sentence.ts";
import { withoutRedisText } from "../words/without-redis-text.ts";
import { mostLanes } from "./chart-data.ts";
import { type ChartKey, chartFigure } from "./chart-figure.ts";
import { type Markup, markup } from "./markup.ts";

/** The deciders over time, if there is a story in them: something was broken, or somebody decided without Redis. */
export function toldSources({ result, history }: JudgedRun): SourceSeries | null {
  const sources = sourceSeries(history);
  const { local, unavailable } = sources.totals;
  const isTold = result.faults.length > 0 || local + unavailable > 0;
  return isTold && sources.replicas.length > 0 ? sources : null;
}

/** Who decided, replica by replica, with the breakers' states where the replicas publish them. */
export function sourceFigure({ result, history }: JudgedRun, { replicas, totals }: SourceSeries): Markup {
  const key = deciders
    .filter((name) => name === "redis" || totals[name] > 0)
    .map((name): ChartKey => [name, deciderWords[name]]);
  const breakers = breakerSpans(history).length > 0 ? breakerKey : null;
  const more =
    replicas.length > mostLanes
      ? markup`<p class="readout">The first ${mostLanes} of ${replicas.length} replicas.</p>`
      : null;
  const declared = result.policies.map(
    ({ name }, index) =>
      markup`<p class="readout"><b>${cut(plain(name), 60)}</b> ${sentence(withoutRedisText(result.promises[index]?.withoutRedis))}</p>`,
  );
  return chartFigure({
    id: "source-chart",
    title: "Who decided",
    spoken:
      "For each replica, the share of its decisions over time that Redis made, that it made itself, and that nobody made; marks where it was back on Redis. The table of faults says the same in words",
    height: "lanes",
    key,
    below: markup`<div class="below">${breakers}<output class="readout" data-value="source-chart-replicas"></output>${more}${declared}</div>`,
  });
}

const breakerKey: Markup = markup`<ul class="key"><li>Breaker, by the replica's metrics:</li><li><i class="swatch closed"></i>closed</li><li><i class="swatch half-open"></i>half-open</li><li><i class="swatch open"></i>open</li></ul>`;
