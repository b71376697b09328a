import type { History } from "../../harness/history/history.ts";
import { outcomes, sources } from "../../harness/history/requests.ts";
import type { Witness, WitnessKind } from "../../harness/verdict/finding.ts";
import type { WorstSpan } from "../series/worst-span.ts";
import { count, duration, fixed } from "../words/numerals.ts";
import { cut, plain } from "../words/plain.ts";
import { type Markup, markup } from "./markup.ts";

/** How many requests stand at each end of the table. */
const shownAtEachEnd = 12;

/** What the worst span proves, in a sentence or two. */
export function spanSentence({ witness, checker, verdict }: WorstSpan): Markup {
  if (verdict !== "fail" || checker === null)
    return markup`Nobody is accused. This is where ${who(witness)} came nearest to its promise: ${certainly(witness)}`;
  return markup`<b>${cut(plain(checker), 60)}</b> names ${sentences[witness.kind](witness)}`;
}

const sentences: Readonly<Record<WitnessKind, (witness: Witness) => Markup>> = {
  "let-in": (witness) => markup`${who(witness)}: ${certainly(witness)}`,
  "turned-away": (witness) =>
    Number.isFinite(witness.bound)
      ? markup`${who(witness)}: it was turned away although no more than <b>${count(witness.cost, 2)}</b> can have counted against it, of <b>${count(witness.bound, 2)}</b>. ${named(witness)}`
      : markup`${who(witness)}: it was turned away although nobody is promised to be.`,
  answered: ({ subject, rowCount }) =>
    markup`${count(rowCount)} ${rowCount === 1 ? "answer that was" : "answers, each of which was"} wrong by itself, however much was let in; the first was given to <b>${cut(plain(subject), 80)}</b>.`,
};

function who({ subject, policy }: Witness): Markup {
  return markup`<b>${cut(plain(subject), 80)}</b> under <b>${cut(plain(policy), 60)}</b>`;
}

function certainly(witness: Witness): Markup {
  const { cost, bound, fromMs, untilMs } = witness;
  const promise = Number.isFinite(bound) ? `promises at most ${count(bound, 2)}` : "promises no bound";
  return markup`the limiter certainly let in <b>${count(cost, 2)}</b> within ${duration(untilMs - fromMs)}, where the policy ${promise}. ${shown(witness)}`;
}

function named({ rowCount }: Witness): string {
  return rowCount === 1 ? "1 request is named below." : `${count(rowCount)} requests are named below.`;
}

function shown({ rowCount }: Witness): string {
  return rowCount === 1 ? "1 request shows it." : `${count(rowCount)} requests show it.`;
}

/** The requests of the worst span: the first and the last ones, and how many lie between. */
export function evidenceTable({ run, requests }: History, { witness }: WorstSpan): Markup {
  const at = (instantMs: number | undefined) => fixed((instantMs ?? Number.NaN) - run.originMs, 3);
  // Only what was let in adds up to the witness's cost.
  const addsUp = witness.kind === "let-in";
  let total = 0;
  const rows = byAnswer(requests.receivedMs, witness.rows).map((row) => {
    const cost = requests.cost[row] ?? 0;
    const outcome = outcomes[requests.outcome[row] ?? 0] ?? "blank";
    total += cost;
    const isOver = addsUp && total > witness.bound;
    const tookMs = (requests.receivedMs[row] ?? Number.NaN) - (requests.sentMs[row] ?? Number.NaN);
    return markup`<tr class="${isOver ? "over" : "within"}"><td>${count(row)}</td><td>${at(requests.sentMs[row])}</td><td>${at(requests.receivedMs[row])}</td><td>${fixed(tookMs, 3)}</td><td>${requests.replica[row] ?? 0}</td><td class="text">${outcome}</td><td class="text">${sources[requests.source[row] ?? 0] ?? ""}</td><td>${count(cost)}</td>${addsUp ? markup`<td>${count(total)}${isOver ? markup` <span class="mark">over</span>` : null}</td>` : null}</tr>`;
  });
  const hidden = rows.length - 2 * shownAtEachEnd;
  const unnamed = witness.rowCount - witness.rows.length;
  const gap = markup`<tr class="gap"><td colspan="${addsUp ? 9 : 8}">${count(Math.max(0, hidden))} more, all in history.parquet</td></tr>`;
  const shown = hidden > 0 ? [...rows.slice(0, shownAtEachEnd), gap, ...rows.slice(-shownAtEachEnd)] : rows;
  return markup`
<div class="scroll" tabindex="0" role="region" aria-label="Requests of the span"><table class="evidence">
<caption>In order of the answer; instants in ms after the start of the run${unnamed > 0 ? `; ${count(unnamed)} further requests are not named here` : ""}</caption>
<thead><tr><th scope="col">Row</th><th scope="col">Sent</th><th scope="col">Answered</th><th scope="col">Took, ms</th><th scope="col">Replica</th><th scope="col" class="text">Outcome</th><th scope="col" class="text">Source</th><th scope="col">Cost</th>${addsUp ? markup`<th scope="col">Let in so far</th>` : null}</tr></thead>
<tbody>${shown}</tbody></table></div>`;
}

function byAnswer(receivedMs: Float64Array, rows: readonly number[]): readonly number[] {
  const at = (row: number) => {
    const instant = receivedMs[row] ?? Number.NaN;
    return Number.isNaN(instant) ? Number.POSITIVE_INFINITY : instant;
  };
  return rows.toSorted((a, b) => at(a) - at(b) || a - b);
}
