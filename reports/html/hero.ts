import type { Result } from "../../harness/verdict/result.ts";
import { accuracyRows } from "../words/accuracy-rows.ts";
import { atMostText } from "../words/named-number.ts";
import { count, duration } from "../words/numerals.ts";
import { cut, plain } from "../words/plain.ts";
import { policyText } from "../words/policy-text.ts";
import { sentence } from "../words/sentence.ts";
import { tally, verdictWords } from "../words/verdict-words.ts";
import { verdictIcon } from "./icons.ts";
import { type Markup, markup } from "./markup.ts";

/** The top of the page: the verdict, why, and the numbers that matter most. */
export function hero(result: Result): Markup {
  const { verdict, scenario, variant, reason, about } = result;
  return markup`
<header class="hero ${verdict}">
  <p class="brand"><strong>Gatecrash</strong> ${cut(plain(scenario), 60)} <span class="on">on</span> ${cut(plain(variant), 60)}</p>
  <div class="verdict">
    ${verdictIcon(verdict)}
    <div>
      <h1>${verdictWords[verdict].word}</h1>
      <p class="reason">${sentence(cut(plain(reason), 320))}</p>
    </div>
  </div>
  <p class="about">${sentence(cut(plain(about), 320))} ${policies(result)}, ${result.replicas} ${result.replicas === 1 ? "replica" : "replicas"}, seed ${result.seed}, ${duration(result.durationMs)}. Findings: ${tally(result.findings)}.</p>
</header>
<dl class="tiles">${tilesOf(result).map(tile)}</dl>`;
}

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly detail: string;
}

function tile({ name, value, detail }: Tile): Markup {
  return markup`<div class="tile"><dt>${name}</dt><dd><b>${value}</b><span>${detail}</span></dd></div>`;
}

function tilesOf(result: Result): Tile[] {
  const { outcomes, load, latencyMs, accuracy } = result;
  const requests =
    outcomes.allowed + outcomes.denied + outcomes.unavailable + outcomes.errors + outcomes.lost;
  const accurate = (accuracy === null ? [] : accuracyRows(accuracy)).map(({ label, triple, text }) => ({
    name: label,
    value: text(triple.estimate),
    detail: `proved ${text(triple.proved)}, ${atMostText(triple, text)}`,
  }));
  return [
    {
      name: "Requests",
      value: count(requests),
      detail: `${count(outcomes.allowed)} allowed, ${count(outcomes.denied)} denied, ${count(outcomes.lost)} lost${some(outcomes.unavailable, "unavailable")}${some(outcomes.errors, "errors")}`,
    },
    ...accurate,
    ...(latencyMs === null
      ? []
      : [
          {
            name: "Latency p99",
            value: duration(latencyMs.p99),
            detail: `median ${duration(latencyMs.p50)}, longest ${duration(latencyMs.max)}`,
          },
        ]),
    {
      name: "Send lag p99",
      value: duration(load.sendLagMs.p99),
      detail: `longest ${duration(load.sendLagMs.max)}, ${count(load.dropped)} of ${count(load.offered)} dropped`,
    },
  ];
}

function some(many: number, what: string): string {
  return many > 0 ? `, ${count(many)} ${what}` : "";
}

function policies({ policies: all }: Result): string {
  return all.map(policyText).join("; ");
}
