import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { guiltyRun, hostileRun, inconclusiveRun, outageRun, sampleRun } from "./sample-run.ts";
import { renderVerdict } from "./terminal.ts";

const passed = sampleRun().result;
const failed = guiltyRun().result;
const unsure = inconclusiveRun().result;
const hostile = hostileRun().result;
const runs = [passed, failed, unsure, hostile];
const reportPath = "reports/runs/burst/latest/report.html";

describe("the verdict screen", () => {
  it.each([40, 80, 120])("fits %i columns, all but the paths and commands that must stay whole", (width) => {
    for (const result of runs) {
      const lines = renderVerdict(result, { width, colour: true }).split("\n").map(stripVTControlCharacters);
      const long = lines.filter((line) => line.length > width && !/^ {2}(?:Repeat|Report)/.test(line));
      expect(long).toEqual([]);
    }
  });

  it("says the verdict first and where the report is", () => {
    const lines = renderVerdict(failed, { colour: false, reportPath }).split("\n");
    expect(lines[1]).toContain("x FAIL   burst on read-then-write");
    expect(lines[2]).toContain("hot-blast certainly let in 1,043");
    expect(lines.some((line) => line.endsWith(reportPath))).toBe(true);
  });

  it("repeats the run by its whole command, however long that is", () => {
    const command = `npm run scenario burst -- --command '${"x".repeat(5_000)}' --seed 7`;
    expect(renderVerdict({ ...passed, command }, { colour: false })).toContain(`${command}\n`);
  });

  it("is plain ASCII without colour, as far as the words are ours", () => {
    for (const result of runs.slice(0, 3))
      expect(renderVerdict(result, { colour: false })).not.toMatch(/[^\n -~]/);
  });

  it("passes no escape of a foreign string on to the terminal", () => {
    const screen = renderVerdict(hostile, { colour: false });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
    expect(screen).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("tells every fault and its recovery when it is given the history", () => {
    const { result, history } = outageRun();
    const lines = renderVerdict(result, { width: 120, colour: false, history }).split("\n");
    const story = lines.slice(lines.findIndex((line) => line.startsWith("  Faults")));
    expect(story[0]).toMatch(/^ {2}Faults {4}\+ F1 redis-down on replicas 0-2 from 6 s to 10 s: refused/);
    expect(story.slice(0, 3).join(" ")).toMatch(/back on Redis after \d+ ms to \d+ ms/);
    expect(story.some((line) => line.includes("? F2 redis-latency on replica 1"))).toBe(true);
    expect(renderVerdict(result, { colour: false })).not.toContain("Faults ");
  });

  it.each([40, 80])("keeps hostile faults within %i columns", (width) => {
    const { result, history } = hostileRun(outageRun());
    const screen = renderVerdict(result, { width, colour: true, history });
    const lines = screen.split("\n").map(stripVTControlCharacters);
    expect(lines.filter((line) => line.length > width && !/^ {2}Repeat/.test(line))).toEqual([]);
  });

  it("puts what failed before what passed", () => {
    const screen = renderVerdict(unsure, { colour: false });
    expect(screen.indexOf("load-quality ")).toBeLessThan(screen.indexOf("latency-within"));
  });
});
