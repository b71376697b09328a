import { describe, expect, it } from "vitest";
import type { Comparison } from "../../harness/compare/comparison.ts";
import { sampleComparison } from "../../harness/compare/sample-comparison.ts";
import { hostileNames } from "../sample-run.ts";
import { comparisonFiles } from "./comparison-files.ts";
import { comparisonScreen } from "./comparison-screen.ts";

const textOf = (comparison: Comparison, path: string): string =>
  String(comparisonFiles(comparison).find((file) => file.path === path)?.content);
const screenOf = (comparison: Comparison) =>
  comparisonScreen(comparison, { colour: false, reportPath: "compare.html" });

/** Everything that comes from elsewhere is hostile. */
function hostile(): Comparison {
  const name = hostileNames.join(" ");
  const comparison = sampleComparison({ scenario: name, about: name, command: name });
  return {
    ...comparison,
    policies: comparison.policies.map((policy) => ({ ...policy, name })),
    rows: comparison.rows.map((row) => ({
      ...row,
      variant: name,
      failure: row.failure === null ? null : name,
      runs: row.runs.map((run) => {
        const named = <T>(span: T) => ({ ...span, name });
        const { phases, faults } = run.line;
        return {
          ...run,
          reason: name,
          line: { ...run.line, phases: phases.map(named), faults: faults.map(named) },
        };
      }),
    })),
  };
}

describe("the report of a comparison", () => {
  it("has a row for each variant in every format, and says why one could not be run", () => {
    for (const text of [
      textOf(sampleComparison(), "compare.md"),
      textOf(sampleComparison(), "compare.html"),
      screenOf(sampleComparison()),
    ]) {
      for (const variant of ["sliding-log", "cold-share", "gone"]) expect(text).toContain(variant);
      expect(text).toContain("could not be run: Cannot find package");
      expect(text).toContain("1.49");
      expect(text).toMatch(/not enough blocks/);
    }
  });

  it("repeats it by its whole command, however long that is", () => {
    const long = sampleComparison({ command: `npm run compare burst -- ${"x".repeat(5_000)} --seed 7` });
    for (const text of [textOf(long, "compare.md"), textOf(long, "compare.html"), screenOf(long)])
      expect(text).toContain(long.command);
  });

  it("is JSON that reads back as it was", () => {
    const comparison = sampleComparison();
    expect(JSON.parse(textOf(comparison, "compare.json"))).toEqual(comparison);
  });

  it("spells out numbers for which JSON has no word", () => {
    const [row, ...others] = sampleComparison().rows;
    const endless = { proved: 1, estimate: 1, atMost: Number.POSITIVE_INFINITY };
    const runs = (row?.runs ?? []).map((run) => ({ ...run, outageRatio: endless }));
    const rows = row === undefined ? [] : [{ ...row, runs }, ...others];
    expect(textOf(sampleComparison({ rows }), "compare.json")).toContain('"atMost": "Infinity"');
    expect(textOf(sampleComparison({ rows }), "compare.html")).toContain("unbounded");
  });

  it("lets nothing from elsewhere into the page but as text", () => {
    const html = textOf(hostile(), "compare.html");
    const body = html.slice(html.indexOf("<body>"));
    expect(body).not.toMatch(/<script|<img|\u202e/);
    expect(html.match(/<\/svg>/g)?.length).toBe(html.match(/<svg[ >]/g)?.length);
  });

  it("fetches nothing and runs nothing: its policy allows its own style, font and no more", () => {
    const html = textOf(sampleComparison(), "compare.html");
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|<link rel="stylesheet"| style="|src="http/);
  });

  it("lets no name end a cell, open a link or call anybody in markdown", () => {
    const markdown = textOf(hostile(), "compare.md");
    const table = markdown.split("\n").filter((line) => line.startsWith("|"));
    for (const line of table.slice(0, 5))
      expect(line.match(/(?<!\\)\|/g)?.length).toBe(table[0]?.match(/\|/g)?.length);
    expect(markdown.replaceAll(/```[\s\S]*?```/g, "")).not.toMatch(/@everyone|(?<!\\)\]\(https|<script/);
  });

  it("steers no terminal", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
    expect(screenOf(hostile())).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it("draws a picture a row higher for each variant that was run, the same bytes every time", () => {
    const size = (comparison: Comparison) => {
      const png = comparisonFiles(comparison).find(({ path }) => path === "compare.png")?.content;
      return Buffer.from(png ?? "").readUInt32BE(20);
    };
    const whole = sampleComparison();
    expect(size(whole)).toBeGreaterThan(size({ ...whole, rows: whole.rows.slice(0, 1) }));
    expect(comparisonFiles(whole).at(-1)?.content).toEqual(comparisonFiles(whole).at(-1)?.content);
  });

  it("can be made when nobody could be run", () => {
    const rows = sampleComparison().rows.map((row) => ({
      ...row,
      runs: [],
      blocks: [],
      failure: "no Redis",
      differences: [],
    }));
    expect(comparisonFiles(sampleComparison({ rows }))).toHaveLength(4);
    expect(screenOf(sampleComparison({ rows }))).toContain("no Redis");
  });
});
