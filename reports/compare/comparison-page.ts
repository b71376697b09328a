import { readFileSync } from "node:fs";
import {
  type Comparison,
  type ComparisonRow,
  type Difference,
  moreIsBetter,
} from "../../harness/compare/comparison.ts";
import { readAssets } from "../html/assets.ts";
import { verdictIcon } from "../html/icons.ts";
import { type Markup, markup, whole } from "../html/markup.ts";
import { pageHead } from "../html/page-head.ts";
import { cut, plain } from "../words/plain.ts";
import { sentence } from "../words/sentence.ts";
import { type Column, type ColumnGroup, columnGroups, numberTitles, worstVerdict } from "./columns.ts";
import { blockWords, circumstances, claimRule } from "./comparison-words.ts";
import { differenceText, shownDifferences } from "./difference-text.ts";
import { multiplesFigure } from "./multiples-figure.ts";

/** `compare.html`: one file without network and without scripts; nothing in it is fetched, and its policy forbids to try. */
export function comparisonPage(comparison: Comparison): string {
  const { scenario, about, rows } = comparison;
  const style = `${readAssets().style}\n${readFileSync(new URL("./compare.css", import.meta.url), "utf8")}`;
  const { html } = markup`<!doctype html>
<html lang="en">
${pageHead({ title: markup`${cut(plain(scenario), 60)}: ${rows.length} limiters side by side`, style })}
<body>
<main>
<header class="hero versus">
  <p class="brand"><strong>Gatecrash</strong> side by side</p>
  <h1>${cut(plain(scenario), 60)}</h1>
  <p class="reason">${sentence(cut(plain(about), 320))}</p>
  <p class="about">${sentence(circumstances(comparison))}</p>
</header>
<section aria-labelledby="over-time"><h2 id="over-time">What was let in over time</h2>${multiplesFigure(comparison)}</section>
${columnGroups.map((group) => groupSection(group, rows))}
${failures(rows)}
${differenceSection(comparison)}
${particulars(comparison)}
</main>
</body>
</html>
`;
  return html;
}

function groupSection({ title, columns }: ColumnGroup, rows: readonly ComparisonRow[]): Markup {
  const heads = columns.map(
    (column) => markup`<th scope="col" title="${column.meaning}">${column.title}</th>`,
  );
  const id = title.toLowerCase().replaceAll(" ", "-");
  return markup`
<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
<div class="scroll"><table class="versus-table"><thead><tr><th scope="col" class="text">limiter</th>${heads}</tr></thead>
<tbody>${rows.map((row) => rowOf(row, columns, rows))}</tbody></table></div>
<dl class="meanings">${columns.map(({ title: name, meaning }) => markup`<div><dt>${name}</dt><dd>${sentence(meaning)}</dd></div>`)}</dl>
</section>`;
}

function rowOf(row: ComparisonRow, columns: readonly Column[], rows: readonly ComparisonRow[]): Markup {
  const icon = verdictIcon(worstVerdict(row) ?? "not-applicable");
  const cells = columns.map(({ text }) => markup`<td>${text(row, rows)}</td>`);
  return markup`<tr><th scope="row" class="state">${icon}${cut(plain(row.variant), 60)}</th>${cells}</tr>`;
}

function failures(rows: readonly ComparisonRow[]): Markup | null {
  const failed = rows.flatMap(({ variant, failure }) =>
    failure === null
      ? []
      : [
          markup`<li><b>${cut(plain(variant), 60)}</b> could not be run: ${sentence(cut(plain(failure), 600))}</li>`,
        ],
  );
  return failed.length === 0 ? null : markup`<ul class="notes failures">${failed}</ul>`;
}

function differenceSection(comparison: Comparison): Markup {
  const { shown, tooFew } = shownDifferences(comparison);
  const costs = blockWords(comparison);
  const rows = shown.map(
    ({ variant, difference }) =>
      markup`<tr class="${toneOf(difference)}"><th scope="row">${cut(plain(variant), 60)}</th><td class="text">${numberTitles[difference.number]}</td><td class="text">${differenceText(difference)}</td></tr>`,
  );
  return markup`
<section aria-labelledby="differences"><h2 id="differences">What is different, and what only looks so</h2>
<p class="lead">${costs === null ? "" : `${sentence(costs)} `}${sentence(claimRule(comparison))}${tooFew === null ? "" : ` ${sentence(tooFew)}`}</p>
${rows.length === 0 ? null : markup`<div class="scroll"><table class="versus-table"><tbody>${rows}</tbody></table></div>`}</section>`;
}

/** A difference that is claimed is for the better or for the worse. */
function toneOf(difference: Difference): "better" | "worse" | "none" {
  if (difference.kind !== "measured" || difference.claim === "none") return "none";
  return (difference.claim === "more") === moreIsBetter.has(difference.number) ? "better" : "worse";
}

function particulars({ command, environment, startedAt }: Comparison): Markup {
  const facts: readonly (readonly [string, string])[] =
    environment === null
      ? []
      : [
          ["Gatecrash", environment.gatecrash],
          ["Node", environment.node],
          ["Redis", environment.redis],
          ["Processors", environment.cpus],
          ["System", environment.platform],
          ["Started", startedAt],
        ];
  return markup`
<section aria-labelledby="repeat"><h2 id="repeat">Repeat it</h2>
<div class="repeat"><pre><code>${whole(command)}</code></pre></div>
<dl class="facts">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${cut(plain(value), 160)}</dd></div>`)}</dl></section>`;
}
