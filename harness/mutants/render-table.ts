import { plain } from "../../reports/words/plain.ts";
import { betweenMarks } from "./between-marks.ts";
import { convictions, judgeTrial } from "./judge-trial.ts";
import type { TrialFinding, TrialOutcome } from "./trial.ts";

const from = "<!-- convictions: written by npm run mutants -- --write -->";
const until = "<!-- end of the convictions -->";

/** `text` with the table of `outcomes` between its two marks; `null` if it has none. */
export function withTable(text: string, outcomes: readonly TrialOutcome[]): string | null {
  return betweenMarks(text, from, until, renderTable(outcomes));
}

/** Who was convicted in which story, as Markdown: by whom, in how many of the seeds, and in the words of the first. */
export function renderTable(outcomes: readonly TrialOutcome[]): string {
  const wrong = outcomes.filter(({ trial }) => trial.twinOf.length === 0);
  const twins = outcomes.filter(({ trial }) => trial.twinOf.length > 0);
  const rows = [...groupedBy(wrong).values()].map(convictedRow);
  return [
    "| scenario | wrong limiter | convicted by | seeds | phase | in these words |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
    ...(twins.length === 0
      ? []
      : ["| scenario | twin | verdicts |", "|---|---|---|", ...[...groupedBy(twins).values()].map(twinRow)]),
  ]
    .join("\n")
    .trimEnd();
}

function groupedBy(outcomes: readonly TrialOutcome[]): Map<string, TrialOutcome[]> {
  const groups = new Map<string, TrialOutcome[]>();
  for (const outcome of outcomes) {
    const { scenario, variant } = outcome.trial;
    const name = `${scenario} ${variant}`;
    groups.set(name, [...(groups.get(name) ?? []), outcome]);
  }
  return groups;
}

function convictedRow(group: readonly TrialOutcome[]): string {
  const [first] = group;
  if (first === undefined) return "";
  const { scenario, variant, convictedBy } = first.trial;
  const convicting = group.map(({ findings }) => convictions(findings, convictedBy));
  const shown = telling(convicting);
  const seeds = `${convicting.filter(({ length }) => length > 0).length} of ${group.length}`;
  const names = [...new Set(convicting.flat().map(({ checker }) => checker))].join(", ");
  const cells = [
    scenario,
    variant,
    names || "nobody",
    seeds,
    shown?.phase ?? "",
    plain(shown?.summary ?? "", 200),
  ];
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** The first that was seen in a judged phase, for there the fault was; else the first. */
function telling(convicting: readonly (readonly TrialFinding[])[]): TrialFinding | undefined {
  const all = convicting.flat();
  return all.find(({ phase }) => phase === "fault" || phase === "recovery") ?? all[0];
}

function twinRow(group: readonly TrialOutcome[]): string {
  const [first] = group;
  if (first === undefined) return "";
  const verdicts = group.map((outcome) => `${judgeTrial(outcome)} (${outcome.verdict})`).join(", ");
  return `| ${[first.trial.scenario, first.trial.variant, verdicts].map(cell).join(" | ")} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
