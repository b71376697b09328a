import type { Comparison } from "../../harness/compare/comparison.ts";
import { verdictIcon } from "../html/icons.ts";
import { type Markup, markup } from "../html/markup.ts";
import { cut, plain } from "../words/plain.ts";
import { verdictWords } from "../words/verdict-words.ts";
import { ratio, worstTriple, worstVerdict } from "./columns.ts";
import { type Panel, ratioTicks, type SmallMultiples, smallMultiples, timeTicks } from "./small-multiples.ts";

/** The units of a drawn line, stretched to the room that there is. */
const drawn = { width: 2_000, height: 500 } as const;

/** One picture a variant, all on the same axes, with the limit, the phases and the faults. */
export function multiplesFigure(comparison: Comparison): Markup {
  const multiples = smallMultiples(comparison);
  const [first] = multiples.panels;
  if (first === undefined) return markup`<p class="lead">None of them could be run.</p>`;
  const fault = first.faults[0]?.name;
  return markup`
<p class="lead">The dashed line is the limit of an exact sliding window. A limiter that promises less, such as a window of the clock, may pass it and still keep its promise; the verdict is by that.</p>
<figure class="chart-card multiples">
  <figcaption><h3>Most admitted within one window, over the limit</h3>
  <ul class="key"><li><i class="swatch promise"></i>the limit</li><li><i class="swatch allowed"></i>within it</li><li><i class="swatch beyond"></i>beyond it</li>${fault === undefined ? null : markup`<li><i class="swatch fault-0"></i>${cut(plain(fault), 40)}</li>`}</ul></figcaption>
  <div class="panel edge"><div></div>${phaseNames(first, multiples)}</div>
  ${multiples.panels.map((panel, index) => panelRow(panel, index, multiples))}
  <div class="panel edge"><div></div>${times(multiples)}</div>
</figure>`;
}

function panelRow(panel: Panel, index: number, multiples: SmallMultiples): Markup {
  const { row, faults } = panel;
  const verdict = worstVerdict(row);
  const worst = worstTriple(row, (run) => run.outageRatio ?? run.accuracy?.worstAdmittedRatio ?? null);
  const where = faults.length > 0 ? "proved in the outage" : "proved";
  return markup`
<div class="panel">
  <div class="who"><h4>${cut(plain(row.variant), 60)}</h4>
  ${worst === null ? null : markup`<p class="${worst.proved > 1.005 ? "much over" : "much"}"><b>${ratio(worst.proved)}</b> <span>${where}</span></p>`}
  ${verdict === null ? null : markup`<p class="said ${verdict}">${verdictIcon(verdict)}${verdictWords[verdict].word}</p>`}</div>
  ${picture(panel, index, multiples)}
</div>`;
}

function picture({ row, faults, ...panel }: Panel, index: number, multiples: SmallMultiples): Markup {
  const { most } = multiples;
  const y = (value: number): string => `${(100 * (1 - value / most)).toFixed(3)}%`;
  const limit = 1 - 1 / most;
  const below = `below-${index}`;
  const above = `above-${index}`;
  const area = areaPath(panel.envelope, panel.slotMs, multiples);
  const strokes = panel.lines.map((line) => linePath(line, panel.slotMs, multiples));
  const clipped = (id: string, tone: string): Markup =>
    markup`<g clip-path="url(#${id})" class="${tone}"><path class="area" d="${{ html: area }}"/>${strokes.map((path) => markup`<path class="line" d="${{ html: path }}"/>`)}</g>`;
  const bands = faults.map(({ fromMs, untilMs }) => {
    const [from, wide] = [at(fromMs, multiples), at(untilMs - fromMs, multiples)];
    return markup`<rect class="fault-band" x="${from}" width="${wide}" y="0" height="100%"/><rect class="fault-bar" x="${from}" width="${wide}" y="0" height="3"/>`;
  });
  const lines = ratioTicks(most).map(
    (tick) =>
      markup`<line class="grid" x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}"/><text class="tick" x="-8" y="${y(tick)}" dy="4" text-anchor="end">${tick}</text>`,
  );
  return markup`
<svg class="multiple" role="img" aria-label="${`Over time, ${cut(plain(row.variant), 60)}: the most admitted within one window, over the limit; the table below has the numbers`}" width="100%" height="112">
  ${bands}${lines}
  <svg viewBox="0 0 ${drawn.width} ${drawn.height}" preserveAspectRatio="none" width="100%" height="100%">
    <clipPath id="${below}"><rect x="0" width="${drawn.width}" y="${limit * drawn.height}" height="${drawn.height}"/></clipPath>
    <clipPath id="${above}"><rect x="0" width="${drawn.width}" y="0" height="${limit * drawn.height}"/></clipPath>
    ${clipped(below, "within")}${clipped(above, "over")}
  </svg>
  <line class="limit" x1="0" x2="100%" y1="${y(1)}" y2="${y(1)}"/>
</svg>`;
}

/** Steps over the slots, in drawn units. Numbers only: nothing in it comes from elsewhere. */
function linePath(line: readonly number[], slotMs: number, { untilMs, most }: SmallMultiples): string {
  const x = (slot: number): string => ((drawn.width * slot * slotMs) / untilMs).toFixed(1);
  const y = (value: number): string => (drawn.height * (1 - value / most)).toFixed(1);
  return line.map((value, slot) => `${slot === 0 ? "M" : "L"}${x(slot)} ${y(value)}H${x(slot + 1)}`).join("");
}

function areaPath(envelope: readonly number[], slotMs: number, multiples: SmallMultiples): string {
  return `${linePath(envelope, slotMs, multiples)}V${drawn.height}H0Z`;
}

function at(ms: number, { untilMs }: SmallMultiples): string {
  return `${((100 * ms) / untilMs).toFixed(3)}%`;
}

function phaseNames({ phases, faults }: Panel, multiples: SmallMultiples): Markup {
  const names = phases.map(
    ({ name, fromMs }) =>
      markup`<text x="${at(fromMs, multiples)}" dx="6" y="16">${cut(plain(name), 20)}</text><line class="grid" x1="${at(fromMs, multiples)}" x2="${at(fromMs, multiples)}" y1="2" y2="22"/>`,
  );
  const [fault] = faults;
  const label =
    fault === undefined
      ? null
      : markup`<text class="fault-name" x="${at(fault.untilMs, multiples)}" dx="-6" y="16" text-anchor="end">${cut(plain(fault.name), 24)}</text>`;
  return markup`<svg class="multiple names" width="100%" height="24" aria-hidden="true">${names}${label}</svg>`;
}

function times(multiples: SmallMultiples): Markup {
  const ticks = timeTicks(multiples).map(
    ({ atMs, text }) => markup`<text x="${at(atMs, multiples)}" y="14" text-anchor="middle">${text}</text>`,
  );
  return markup`<svg class="multiple" width="100%" height="20" aria-hidden="true">${ticks}</svg>`;
}
