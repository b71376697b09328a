import type { History } from "../../harness/history/history.ts";
import { outcomes, sources } from "../../harness/history/requests.ts";
import type { WorstSpan } from "../series/worst-span.ts";
import { count, duration, fixed } from "../words/numerals.ts";
import { cut, plain } from "../words/plain.ts";
import { type Markup, markup } from "./markup.ts";

/** How many requests stand at each end of the table. */
const shownAtEachEnd = 12;

/** What the worst span proves, in a sentence or two. */
export function spanSentence({ witness, checker, verdict }: WorstSpan): Markup {
  const { subject, policy, fromMs, untilMs, cost, bound, rowCount } = witness;
  const who = markup`<b>${cut(plain(subject), 80)}</b> under <b>${cut(plain(policy), 60)}</b>`;
  const within = `within ${duration(untilMs - fromMs)}`;
  const promise = Number.isFinite(bound) ? `promises at most ${count(bound, 2)}` : "promises no bound";
  const shown = markup`${count(rowCount)} requests show it.`;
  if (verdict !== "fail" || checker === null)
    return markup`Nobody is accused. This is where ${who} came nearest to its promise: the limiter certainly let in <b>${count(cost, 2)}</b> ${within}, where the policy ${promise}. ${shown}`;
  const accuser = markup`<b>${cut(plain(checker), 60)}</b> names ${who}:`;
  return cost > bound
    ? markup`${accuser} the limiter certainly let in <b>${count(cost, 2)}</b> ${within}, where the policy ${promise}. ${shown}`
    : markup`${accuser} it was turned away although no more than <b>${count(cost, 2)}</b> counted against it ${within}, of <b>${count(bound, 2)}</b> promised. ${shown}`;
}

/** The requests of the worst span: the first and the last ones, and how many lie between. */
export function evidenceTable({ run, requests }: History, { witness }: WorstSpan): Markup {
  const at = (instantMs: number | undefined) => fixed((instantMs ?? Number.NaN) - run.originMs, 3);
  let total = 0;
  const rows = byAnswer(requests.receivedMs, witness.rows).map((row) => {
    const cost = requests.cost[row] ?? 0;
    const outcome = outcomes[requests.outcome[row] ?? 0] ?? "blank";
    if (outcome === "allowed") total += cost;
    const tookMs = (requests.receivedMs[row] ?? Number.NaN) - (requests.sentMs[row] ?? Number.NaN);
    return markup`<tr class="${total > witness.bound ? "over" : "within"}"><td>${count(row)}</td><td>${at(requests.sentMs[row])}</td><td>${at(requests.receivedMs[row])}</td><td>${fixed(tookMs, 3)}</td><td>${requests.replica[row] ?? 0}</td><td class="text">${outcome}</td><td class="text">${sources[requests.source[row] ?? 0] ?? ""}</td><td>${count(cost)}</td><td>${count(total)}${total > witness.bound ? markup` <span class="mark">over</span>` : null}</td></tr>`;
  });
  const hidden = rows.length - 2 * shownAtEachEnd;
  const unnamed = witness.rowCount - witness.rows.length;
  const gap = markup`<tr class="gap"><td colspan="9">${count(Math.max(0, hidden))} more, all in history.parquet</td></tr>`;
  const shown = hidden > 0 ? [...rows.slice(0, shownAtEachEnd), gap, ...rows.slice(-shownAtEachEnd)] : rows;
  return markup`
<div class="scroll" tabindex="0" role="region" aria-label="Requests of the span"><table class="evidence">
<caption>In order of the answer; instants in ms after the start of the run${unnamed > 0 ? `; ${count(unnamed)} further requests are not named here` : ""}</caption>
<thead><tr><th scope="col">Row</th><th scope="col">Sent</th><th scope="col">Answered</th><th scope="col">Took, ms</th><th scope="col">Replica</th><th scope="col" class="text">Outcome</th><th scope="col" class="text">Source</th><th scope="col">Cost</th><th scope="col">Let in so far</th></tr></thead>
<tbody>${shown}</tbody></table></div>`;
}

function byAnswer(receivedMs: Float64Array, rows: readonly number[]): readonly number[] {
  const at = (row: number) => {
    const instant = receivedMs[row] ?? Number.NaN;
    return Number.isNaN(instant) ? Number.POSITIVE_INFINITY : instant;
  };
  return rows.toSorted((a, b) => at(a) - at(b) || a - b);
}
