import type { JudgedRun } from "../report-format.ts";
import { type ToldSources, toldSources } from "../series/told-sources.ts";
import { spanHeading, type WorstSpan, worstSpan } from "../series/worst-span.ts";
import { cut, plain } from "../words/plain.ts";
import { verdictWords } from "../words/verdict-words.ts";
import { witnessWords } from "../words/witness-words.ts";
import { accuracyBars } from "./accuracy-bars.ts";
import type { Assets } from "./assets.ts";
import { chartData } from "./chart-data.ts";
import { evidenceTable, spanSentence } from "./evidence.ts";
import { findingCards, gateTable } from "./findings.ts";
import { hero } from "./hero.ts";
import { type Markup, markup } from "./markup.ts";
import { pageHead } from "./page-head.ts";
import { environmentList, phaseTable, repeatCommand } from "./particulars.ts";
import { runCharts } from "./run-charts.ts";

/** The whole page; nothing in it is fetched, and its policy forbids to try. */
export function page(run: JudgedRun, { style, script }: Assets): string {
  const { result } = run;
  const span = worstSpan(run);
  const sources = toldSources(run);
  const title = `${verdictWords[result.verdict].word}: ${cut(plain(result.scenario), 60)} on ${cut(plain(result.variant), 60)}`;
  const { html } = markup`<!doctype html>
<html lang="en">
${pageHead({ title, style, script })}
<body>
<main>
${hero(result)}
${sections(run, span, sources)}
</main>
<script type="application/json" id="chart-data">${{ html: chartData(run, span, sources) }}</script>
<script>${{ html: script }}</script>
</body>
</html>
`;
  return html;
}

function sections(run: JudgedRun, span: WorstSpan | null, sources: ToldSources | null): readonly Markup[] {
  const { result, history } = run;
  const none = markup``;
  return [
    section("time-line", "What happened, and when", runCharts(run, sources)),
    span === null
      ? none
      : section("worst-span", spanHeading(span), [
          markup`<p class="lead">${spanSentence(span)}</p>`,
          span.picture === null ? none : witnessFigure(span),
          evidenceTable(history, span),
        ]),
    section("findings", "Findings", findingCards(result.findings)),
    result.accuracy === null
      ? none
      : section("accuracy", "Accuracy against an exact sliding window", accuracyBars(result.accuracy)),
    result.gates.length === 0 ? none : section("gates", "Gates", gateTable(result.gates)),
    section("phases", "Phases", phaseTable(result)),
    section("repeat", "Repeat it", [repeatCommand(result), environmentList(result)]),
  ];
}

function section(id: string, title: string, content: Markup | readonly Markup[]): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${content}</section>`;
}

function witnessFigure({ verdict, witness }: WorstSpan): Markup {
  const { heights, tick, line } = witnessWords[witness.kind];
  const isOver = verdict === "fail" && witness.kind === "let-in" && witness.cost > witness.bound;
  const buttons = isOver
    ? markup`<button type="button" data-span="all">Whole span</button><button type="button" data-span="excess">Where the promise breaks</button>`
    : null;
  return markup`
<div class="zoom" role="group" aria-label="Zoom to">${buttons}<span class="hint">Drag to zoom, double click to reset</span></div>
<figure class="chart-card">
  <figcaption><h3>${heights} in the span</h3><output id="witness-readout" class="readout">Each line is one ${tick}</output></figcaption>
  <div id="witness-chart" class="chart tall" tabindex="0" role="img" aria-label="${heights} over the span, and the ${line}; the table below lists the requests"></div>
  <ul class="key"><li><i class="swatch interval"></i>${tick}</li>${isOver ? markup`<li><i class="swatch over"></i>beyond the promise</li>` : null}<li><i class="swatch promise"></i>${line}</li><li><i class="swatch rug"></i>denied request</li></ul>
</figure>`;
}
