import type { Result } from "../../harness/verdict/result.ts";
import { duration } from "../words/numerals.ts";
import { cut, plain } from "../words/plain.ts";
import { sentence } from "../words/sentence.ts";
import { type Markup, markup } from "./markup.ts";

/** The charts over the whole run, with buttons that zoom to a phase and the legend of the faults. */
export function runCharts({ phases, faults, outcomes }: Result): Markup {
  const buttons = phases.map(
    ({ name }, index) =>
      markup`<button type="button" data-phase="${index}"><b>${index + 1}</b> ${cut(plain(name), 24)}</button>`,
  );
  return markup`
<div class="zoom" role="group" aria-label="Zoom to"><button type="button" data-phase="all">Whole run</button>${buttons}<span class="hint">Drag to zoom, double click to reset</span></div>
${faults.length === 0 ? null : faultLegend(faults)}
${chart(
  "time-line-chart",
  "Requests",
  "Requests over time: offered, allowed, denied and lost, by the instant the schedule wanted them",
  "main",
  [
    ["offered", "offered"],
    ["allowed", "allowed"],
    ["denied", "denied"],
    ["lost", "lost"],
    ...(outcomes.unavailable + outcomes.errors > 0 ? [["errors", "errors"] as const] : []),
  ],
)}
${chart("latency-chart", "Latency from the intended instant", "Median, 99th percentile and longest latency over time on a logarithmic scale", "main", quantileKey)}
${chart("lag-chart", "Send lag: how late the load itself was", "Median, 99th percentile and longest send lag over time on a logarithmic scale", "low", quantileKey)}
<noscript><p class="lead">The interactive pictures need scripts; the folder charts/ beside this page holds still ones.</p></noscript>`;
}

const quantileKey = [
  ["p50", "median"],
  ["p99", "p99"],
  ["max", "longest"],
] as const;

function chart(
  id: string,
  title: string,
  spoken: string,
  height: "main" | "low",
  key: readonly (readonly [swatch: string, word: string])[],
): Markup {
  return markup`
<figure class="chart-card">
  <figcaption><h3>${title}</h3><ul class="key live">${key.map(([swatch, word]) => markup`<li><i class="swatch ${swatch}"></i>${word} <output data-value="${id}-${swatch}"></output></li>`)}<li class="at"><output data-value="${id}-at"></output></li></ul></figcaption>
  <div id="${id}" class="chart ${height}" tabindex="0" role="img" aria-label="${spoken}"></div>
</figure>`;
}

function faultLegend(faults: Result["faults"]): Markup {
  const rows = faults.map(
    ({ name, legend, atMs, untilMs, verified, replicas }, index) => markup`
<li class="${verified === null ? "unseen" : "seen"}"><i class="fault-mark fault-${index % 4}">F${index + 1}</i><div><b>${cut(plain(name), 60)}</b> ${cut(plain(legend), 200)}, ${duration(atMs)} to ${duration(untilMs)}, ${replicas.length === 1 ? "replica" : "replicas"} ${replicas.join(", ")}. ${verified === null ? markup`<b class="warn">Its effect was not seen.</b>` : markup`Seen: ${sentence(cut(plain(verified), 240))}`}</div></li>`,
  );
  return markup`<ul class="faults" aria-label="Faults">${rows}</ul>`;
}
