import type { League } from "../../harness/league/league.ts";
import { columnGroups, numberTitles } from "../compare/columns.ts";
import { blockWords, claimRule } from "../compare/comparison-words.ts";
import { differenceText, shownDifferences } from "../compare/difference-text.ts";
import { safe } from "../compare/markdown-parts.ts";
import { fenced } from "../words/markdown-text.ts";
import { policyText } from "../words/policy-text.ts";
import { sentence } from "../words/sentence.ts";
import { type LeagueTable, leagueTables } from "./league-tables.ts";
import { busyWords, drawnScenario, turnWords } from "./league-words.ts";

/** `league.md`: the tables with their pictures, how to read them, and all that is needed to make them again. */
export function leagueMarkdown(league: League): string {
  const [promises, window, failing, ...costs] = leagueTables(league).map(table);
  const drawn = drawnScenario(league);
  const sections = [
    "# The league table",
    "Written by `npm run league`; do not edit. Every limiter under the same seeded arrivals and the same faults, each judged by *its own* promise alone: nobody fails for what it does not promise. Inconclusive is neither good nor bad: the evidence did not suffice, because the machine was too busy, or because so little is promised (a window from the first hit, say) that this load does not come near enough to it. What a row is stands below; its file names the documentation that its options come from. What that says of the connection to Redis wins; where it says nothing, all get the same: nothing is queued while Redis is away, so that they fail at once instead of waiting, which is the kinder of the two.",
    promises,
    reasons(league),
    "`A to B` is what is proved to what is possible: the truth lies between. *Wrongly* means beside an exact sliding window of the same limit, which not everybody promises to be: a fixed window may let in twice the limit around its edge and keep its word.",
    window,
    "*In the outage* is the fullest window from the first fault on, over the limit. Errors are answers that are neither 200, 429 nor a refusal with 503, and lost ones; the documentation of most peers leaves to the user what is to happen without Redis, so that these are numbers and no verdicts. *Back after* counts from the end of healing to Redis's decision at every gateway, for those that say who decided.",
    failing,
    drawn === undefined
      ? ""
      : `![What was let in over time in ${safe(drawn.scenario)}, over the limit](league/${drawn.scenario}.png)`,
    sentence(safe(blockWords(league.costs) ?? "What decisions cost was not measured")),
    "A limiter that is made for Express, Fastify or Hono is measured *with its framework*, all others on a bare server of Node, `none` too: what such a row costs beside the others' is not its limiter's alone.",
    ...costs,
    meanings(),
    "![What a decision costs](league/costs.png)",
    differenceSection(league),
    contestants(league),
    circumstances(league),
  ];
  return `${sections.filter((section) => section !== undefined && section !== "").join("\n\n")}\n`;
}

function table({ title, columns, rows }: LeagueTable): string {
  return [
    `## ${title}`,
    "",
    `| | ${columns.map((column) => safe(column)).join(" | ")} |`,
    `|:--|${columns.map(() => "--:").join("|")}|`,
    ...rows.map((cells) => `| ${cells.map((cell) => safe(cell)).join(" | ")} |`),
  ].join("\n");
}

/** Why a limiter failed, in the words of who proved it; and why one could not be run. */
function reasons({ comparisons, costs }: League): string {
  const lines = comparisons.flatMap(({ scenario, rows }) =>
    rows.flatMap(({ variant, runs, failure }) => [
      ...runs
        .filter(({ verdict }) => verdict === "fail")
        .map(({ reason }) => `- ${safe(variant)}, ${safe(scenario)}: ${sentence(safe(reason))}`),
      ...(failure === null
        ? []
        : [`- ${safe(variant)}, ${safe(scenario)}, could not be run: ${sentence(safe(failure, 600))}`]),
    ]),
  );
  const unmeasured = costs.rows.flatMap(({ variant, failure }) =>
    failure === null
      ? []
      : [`- ${safe(variant)}, what it costs, could not be measured: ${sentence(safe(failure, 600))}`],
  );
  return [...lines, ...unmeasured].join("\n");
}

function meanings(): string {
  return columnGroups
    .slice(1)
    .flatMap(({ columns }) => columns.map(({ title, meaning }) => `- *${title}*: ${sentence(safe(meaning))}`))
    .join("\n");
}

function differenceSection({ costs }: League): string {
  const { shown, tooFew } = shownDifferences(costs);
  const claimed = shown.filter(
    ({ difference }) => difference.kind === "measured" && difference.claim !== "none",
  );
  return [
    "## What is different for certain",
    "",
    sentence(safe(claimRule(costs))),
    ...(tooFew === null ? [] : [sentence(safe(tooFew))]),
    ...(claimed.length === 0
      ? []
      : [
          "",
          "| | | |",
          "|:--|:--|:--|",
          ...claimed.map(
            ({ variant, difference }) =>
              `| ${safe(variant)} | ${numberTitles[difference.number]} | ${safe(differenceText(difference))} |`,
          ),
        ]),
  ].join("\n");
}

function contestants({ costs }: League): string {
  const lines = costs.rows.map(({ variant, about }) => `- ${linked(variant)}: ${sentence(safe(about))}`);
  return ["## The rows", "", ...lines].join("\n");
}

/** A limiter of ours, by its file; another's name is a name. */
function linked(variant: string): string {
  return /^[a-z0-9-]+$/.test(variant) ? `[${variant}](../limiter/variants/${variant}.ts)` : safe(variant);
}

function circumstances(league: League): string {
  const { settings, command, startedAt, endedAt, comparisons, costs } = league;
  const { environment } = costs;
  const versions = Object.entries(settings.versions).map(([name, version]) => `${name} ${version}`);
  const facts = [
    `Begun ${startedAt}, ended ${endedAt}; the ${settings.form} form, ${turnWords(league)}`,
    ...(environment === null
      ? []
      : [`${environment.cpus}; ${environment.platform}; Redis ${environment.redis}`]),
    busyWords(league, environment?.cpus.replace(/ .*/, " processors") ?? "this machine"),
    `Versions: ${versions.join(", ")}`,
    `Source ${settings.source}: a digest of limiter/, harness/, scenarios/ and package-lock.json as they were, tests left out`,
    ...comparisons.map(
      ({ scenario, policies, replicas, ratePerSecond, seed }) =>
        `${scenario}: ${policies.map(policyText).join("; ")}, ${replicas} replicas, ${ratePerSecond} a second, seed ${seed}`,
    ),
  ];
  return [
    "## How it was measured",
    "",
    ...facts.map((fact) => `- ${sentence(safe(fact, 1_000))}`),
    "",
    fenced(command),
  ].join("\n");
}
