import { describe, expect, it } from "vitest";
import type { League } from "../../harness/league/league.ts";
import { sampleLeague } from "../../harness/league/sample-league.ts";
import { standingSet } from "../../harness/league/standing-set.ts";
import { hostileNames } from "../sample-run.ts";
import { leagueFiles } from "./league-files.ts";
import { leagueMarkdown } from "./league-markdown.ts";
import { leagueTables } from "./league-tables.ts";

/** The cells of the rows of a table of `markdown`, its head among them. */
function tablesOf(markdown: string): string[][] {
  const blocks = markdown
    .split(/\n\n+/)
    .map((block) => block.split("\n").filter((line) => line.startsWith("|")));
  return blocks.filter((lines) => lines.length > 0);
}

const cellsIn = (line: string): number => line.match(/(?<!\\)\|/g)?.length ?? 0;

describe("the league table", () => {
  it("has a row for each limiter in each table, also for one that could not be run", () => {
    const league = sampleLeague();
    for (const { rows, columns } of leagueTables(league)) {
      expect(rows.map(([name]) => name)).toEqual(["sliding-log", "cold-share", "gone"]);
      for (const row of rows) expect(row).toHaveLength(columns.length + 1);
    }
  });

  it("says of every scenario of the standing set whether the promise was kept", () => {
    const [first] = leagueTables(sampleLeague());
    expect(first?.columns).toEqual([...standingSet]);
    expect(first?.rows[0]?.slice(1).every((cell) => cell.includes("pass"))).toBe(true);
    expect(first?.rows[1]?.slice(1).every((cell) => cell.includes("fail"))).toBe(true);
    expect(first?.rows[2]?.slice(1)).toEqual(standingSet.map(() => "could not be run"));
  });

  it("says why one failed, why one could not be run, and how to repeat all of it", () => {
    const markdown = leagueMarkdown(sampleLeague());
    expect(markdown).toContain("could not be run: Cannot find package");
    expect(markdown).toMatch(/- cold-share, burst: All proofs held/);
    expect(markdown).toContain("npm run league -- --short");
    expect(markdown).toContain("node 24.0.0");
    expect(markdown).toContain("0.5 to 4, median 2");
  });

  it("shows the pictures that lie beside it, and no others", () => {
    const files = leagueFiles(sampleLeague());
    const shown = [...leagueMarkdown(sampleLeague()).matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(
      ([, path]) => path,
    );
    expect(shown.sort()).toEqual(
      files
        .map(({ path }) => path)
        .filter((path) => path.endsWith(".png"))
        .sort(),
    );
  });

  it("lets no name end a cell, open a link or call anybody", () => {
    const name = hostileNames.join(" ");
    const renamed = (league: League): League => ({
      ...league,
      command: name,
      settings: { ...league.settings, versions: { [name]: name } },
      comparisons: league.comparisons.map((one) => ({
        ...one,
        rows: one.rows.map((row) => ({ ...row, variant: name, failure: name })),
      })),
      costs: {
        ...league.costs,
        rows: league.costs.rows.map((row) => ({ ...row, variant: name, failure: name })),
      },
    });
    const markdown = leagueMarkdown(renamed(sampleLeague()));
    for (const lines of tablesOf(markdown))
      for (const line of lines) expect(cellsIn(line)).toBe(cellsIn(lines[0] ?? ""));
    expect(markdown.replaceAll(/```[\s\S]*?```/g, "")).not.toMatch(/@everyone|(?<!\\)\]\(https|<script/);
  });

  it("can be made when nobody could be run", () => {
    const league = sampleLeague();
    const none = (one: League["costs"]): League["costs"] => ({
      ...one,
      rows: one.rows.map((row) => ({ ...row, runs: [], blocks: [], differences: [], failure: "no Redis" })),
    });
    const files = leagueFiles({
      ...league,
      comparisons: league.comparisons.map(none),
      costs: none(league.costs),
      loadAverages: [],
    });
    expect(files.map(({ path }) => path)).toEqual(["league.md", "league/costs.png"]);
  });
});
