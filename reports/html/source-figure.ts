import type { Result } from "../../harness/verdict/result.ts";
import { deciders } from "../series/source-series.ts";
import type { ToldSources } from "../series/told-sources.ts";
import { deciderWords } from "../words/decider-words.ts";
import { cut, plain } from "../words/plain.ts";
import { sentence } from "../words/sentence.ts";
import { withoutRedisText } from "../words/without-redis-text.ts";
import { mostLanes } from "./chart-data.ts";
import { type ChartKey, chartFigure } from "./chart-figure.ts";
import { type Markup, markup } from "./markup.ts";

/** Who decided, replica by replica, with the breakers' states where the replicas publish them. */
export function sourceFigure(
  { policies, promises }: Result,
  { replicas, totals, breakers }: ToldSources,
): Markup {
  const key = deciders
    .filter((name) => name === "redis" || totals[name] > 0)
    .map((name): ChartKey => [name, deciderWords[name]]);
  const more =
    replicas.length > mostLanes
      ? markup`<p class="readout">The first ${mostLanes} of ${replicas.length} replicas.</p>`
      : null;
  const declared = policies.map(
    ({ name }, index) =>
      markup`<p class="readout"><b>${cut(plain(name), 60)}</b> ${sentence(withoutRedisText(promises[index]?.withoutRedis))}</p>`,
  );
  return chartFigure({
    id: "source-chart",
    title: "Who decided",
    spoken:
      "For each replica, the share of its decisions over time that Redis made, that it made itself, and that nobody made; marks where it was back on Redis. The table of faults says the same in words",
    height: "lanes",
    key,
    below: markup`<div class="below">${breakers.length > 0 ? breakerKey : null}<output class="readout" data-value="source-chart-replicas"></output>${more}${declared}</div>`,
  });
}

const breakerKey: Markup = markup`<ul class="key"><li>Breaker, by the replica's metrics:</li><li><i class="swatch closed"></i>closed</li><li><i class="swatch half-open"></i>half-open</li><li><i class="swatch open"></i>open</li></ul>`;
