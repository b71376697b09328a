import type { Finding } from "../../harness/verdict/finding.ts";
import type { GateResult } from "../../harness/verdict/result.ts";
import { namedNumber, numberText } from "../words/named-number.ts";
import { significant } from "../words/numerals.ts";
import { cut, plain } from "../words/plain.ts";
import { sentence } from "../words/sentence.ts";
import { tally, verdictWords, worstFirst } from "../words/verdict-words.ts";
import { verdictIcon } from "./icons.ts";
import { type Markup, markup } from "./markup.ts";

const kinds: Readonly<Record<Finding["kind"], string>> = {
  proof: "proof, holds whatever the machine did",
  measurement: "measurement, depends on the machine",
  quality: "quality of the run itself",
};

/** Every finding as a card, the worst first. */
export function findingCards(findings: readonly Finding[]): Markup {
  return markup`<div class="cards">${worstFirst(findings).map(card)}</div>`;
}

function card({ checker, kind, verdict, summary, numbers, notes = [] }: Finding): Markup {
  const rows = Object.entries(numbers).map(
    ([name, value]) =>
      markup`<div><dt>${cut(namedNumber(plain(name)).label, 60)}</dt><dd>${numberText(name, value)}</dd></div>`,
  );
  return markup`
<article class="card ${verdict}">
  <header>${verdictIcon(verdict)}<h3>${cut(plain(checker), 80)}</h3><span class="word">${verdictWords[verdict].word}</span></header>
  <p class="summary">${sentence(cut(plain(summary), 600))}</p>
  ${rows.length === 0 ? null : markup`<dl class="numbers">${rows}</dl>`}
  ${notes.length === 0 ? null : markup`<ul class="notes">${notes.map((note) => markup`<li>${sentence(cut(plain(note), 400))}</li>`)}</ul>`}
  <p class="kind">${kinds[kind]}</p>
</article>`;
}

/** The gates and what was compared, the worst first. */
export function gateTable(gates: readonly GateResult[]): Markup {
  const rows = worstFirst(gates).map(
    (gate) => markup`
<tr><td class="state">${verdictIcon(gate.verdict)}<span>${verdictWords[gate.verdict].word}</span></td><td><code>${cut(plain(gate.expression), 160)}</code></td><td>${actualText(gate)}</td><td>${cut(plain(gate.summary), 300)}</td></tr>`,
  );
  return markup`
<div class="scroll" tabindex="0" role="region" aria-label="Gates"><table>
<caption>${tally(gates)}</caption>
<thead><tr><th scope="col">Verdict</th><th scope="col">Gate</th><th scope="col">Actual</th><th scope="col">Why</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function actualText({ actual, verdict }: GateResult): string {
  if (actual === null) return verdict === "inconclusive" ? "missing" : "\u2013";
  if (typeof actual === "number") return significant(actual);
  return `${significant(actual.proved)} to ${significant(actual.atMost)}, about ${significant(actual.estimate)}`;
}
