import { plain } from "../../../reports/words/plain.ts";
import { betweenMarks } from "../between-marks.ts";
import type { BatchOutcome } from "./batch.ts";
import { levelOneNumbers } from "./render-batches.ts";

const numbersFrom = "<!-- the oracle's numbers: written by npm run mutants -- --level 1 --write -->";
const numbersUntil = "<!-- end of the oracle's numbers -->";

/** `text` with what the level in simulated time came to between its two marks; `null` if it has none. */
export function withBatches(text: string, outcomes: readonly BatchOutcome[]): string | null {
  return betweenMarks(text, numbersFrom, numbersUntil, renderOracle(outcomes));
}

const matrixFrom = "<!-- convictions in simulated time: written by npm run mutants -- --level 1 --write -->";
const matrixUntil = "<!-- end of the convictions in simulated time -->";

/** `text` with who was convicted in simulated time between its two marks; `null` if it has none. */
export function withGuilty(text: string, outcomes: readonly BatchOutcome[]): string | null {
  return betweenMarks(text, matrixFrom, matrixUntil, renderGuilty(outcomes));
}

/** Who was convicted in simulated time, as Markdown: by whom with how many of the seeds, and in which words. */
function renderGuilty(outcomes: readonly BatchOutcome[]): string {
  const rows = outcomes
    .filter(({ batch }) => batch.convictedBy !== null)
    .map(({ batch, byChecker, evidence }) => {
      const each = Object.entries(byChecker).map(
        ([checker, runs]) => `${checker} ${percent(runs, batch.seeds)}`,
      );
      const words = plain(evidence?.summary ?? "", 200).replaceAll("|", "\\|");
      return `| ${batch.scenario} | ${batch.limiter} | ${each.join(", ") || "nobody"} | ${words} |`;
    });
  return [
    "| scenario | wrong limiter | convicted by, share of the seeds | in these words |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function percent(runs: number, of: number): string {
  return `${Math.round((100 * runs) / of)} %`;
}

/** How good the oracle is, as Markdown: both numbers, and what they were counted over. */
export function renderOracle(outcomes: readonly BatchOutcome[]): string {
  const numbers = levelOneNumbers(outcomes);
  const { guiltyFound, guiltyAlways, guiltyTried, falseConvictions, acquittals, proved, requests } = numbers;
  const most = `${(100 * numbers.falseConvictionsAtMost).toPrecision(2)} %`;
  const rows = [
    [
      "wrong limiters convicted",
      `${guiltyFound} of ${guiltyTried}, ${guiltyAlways} with every seed`,
      seedsOf(outcomes, "mutants"),
    ],
    [
      "runs of correct limiters convicted",
      `${falseConvictions} of ${count(acquittals)}`,
      seedsOf(outcomes, "correct"),
    ],
    ["so that falsely convicted are, at 95 % confidence, at most", most, "Clopper and Pearson"],
    [
      "runs of correct limiters in which every proof passed",
      `${count(proved)} of ${count(acquittals)}`,
      `${count(requests)} requests`,
    ],
  ];
  return ["| in simulated time | | |", "|---|---|---|", ...rows.map((row) => `| ${row.join(" | ")} |`)].join(
    "\n",
  );
}

function seedsOf(outcomes: readonly BatchOutcome[], which: "mutants" | "correct"): string {
  const batches = outcomes.map(({ batch }) => batch);
  const own = batches.filter(({ convictedBy }) => (convictedBy === null) === (which === "correct"));
  const kinds =
    which === "mutants"
      ? [own]
      : [/memory/, /Redis/].map((kind) => own.filter(({ limiter }) => kind.test(limiter)));
  return kinds
    .filter(({ length }) => length > 0)
    .map((of) => {
      const first = Math.min(...of.map(({ firstSeed }) => firstSeed));
      const last = Math.max(...of.map(({ firstSeed, seeds }) => firstSeed + seeds - 1));
      const where = which === "mutants" ? "" : `${/\((.*)\)/.exec(of[0]?.limiter ?? "")?.[1]}: `;
      return `${where}seeds ${first} to ${count(last)}`;
    })
    .join(", ");
}

function count(of: number): string {
  return of.toLocaleString("en");
}
