import type { Accuracy } from "../../harness/verdict/result.ts";
import { type AccuracyRow, accuracyRows } from "../words/accuracy-rows.ts";
import { type Markup, markup } from "./markup.ts";

/** Each number as a bar from what is proved to what is possible, with the estimate between. */
export function accuracyBars(accuracy: Accuracy): Markup {
  return markup`<div class="bars">${accuracyRows(accuracy).map(bar)}<ul class="key"><li><i class="swatch triple-proved"></i>proved</li><li><i class="swatch triple-estimate"></i>estimate</li><li><i class="swatch triple-most"></i>at most</li><li><i class="swatch ideal"></i>an exact limiter</li></ul></div>`;
}

function bar({ label, meaning, triple, ideal, text }: AccuracyRow): Markup {
  const [low, high] = domain(triple, ideal);
  const at = (value: number) =>
    `${(100 * Math.min(1, Math.max(0, (value - low) / (high - low)))).toFixed(3)}%`;
  const widthShare = (Math.min(triple.atMost, high) - Math.max(triple.proved, low)) / (high - low);
  const spoken = `${label}: proved ${text(triple.proved)}, estimated ${text(triple.estimate)}, at most ${text(triple.atMost)}`;
  return markup`
<div class="bar">
  <h3>${label} <span>${meaning}</span></h3>
  <svg class="triple" role="img" aria-label="${spoken}" width="100%" height="44">
    <line class="axis" x1="0" x2="100%" y1="16" y2="16"/>
    <line class="ideal" x1="${at(ideal)}" x2="${at(ideal)}" y1="2" y2="30"/>
    <rect class="range" x="${at(triple.proved)}" y="9" width="${(100 * Math.max(0, widthShare)).toFixed(3)}%" height="14" rx="3"/>
    <line class="proved" x1="${at(triple.proved)}" x2="${at(triple.proved)}" y1="5" y2="27"/>
    <line class="most" x1="${at(triple.atMost)}" x2="${at(triple.atMost)}" y1="9" y2="23"/>
    <circle class="estimate" cx="${at(triple.estimate)}" cy="16" r="5"/>
    <text x="0" y="42">${text(low)}</text>
    <text x="100%" y="42" text-anchor="end">${Number.isFinite(triple.atMost) ? text(high) : "no upper bound"}</text>
  </svg>
  <dl class="parts">
    <div><dt class="proved">proved</dt><dd>${text(triple.proved)}</dd></div>
    <div><dt class="estimate">estimate</dt><dd>${text(triple.estimate)}</dd></div>
    <div><dt class="most">at most</dt><dd>${Number.isFinite(triple.atMost) ? text(triple.atMost) : "no bound"}</dd></div>
  </dl>
</div>`;
}

/** What the bar's ends stand for: round numbers around the triple and the ideal. */
function domain(
  { proved, estimate, atMost }: AccuracyRow["triple"],
  ideal: number,
): readonly [number, number] {
  const known = [proved, estimate, atMost, ideal].filter(Number.isFinite);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const step = rounded(Math.max(high - low, 0.001) / 4);
  return [ideal === 0 ? 0 : Math.floor(low / step - 0.5) * step, Math.ceil(high / step + 0.5) * step];
}

function rounded(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}
