import { describe, expect, it } from "vitest";
import { format } from "./markdown.ts";
import type { JudgedRun } from "./report-format.ts";
import { guiltyRun, hostileRun, outageRun, sampleRun } from "./sample-run.ts";

const guilty = guiltyRun();
const hostile = hostileRun();
const sample = sampleRun();

describe("report.md", () => {
  it("begins with the verdict and its reason", async () => {
    const [heading, , reason] = (await markdownOf(guilty)).split("\n");
    expect(heading).toBe("## \u274c fail: `burst` on `read-then-write`");
    expect(reason).toBe(
      "**within-bound: hot-blast certainly let in 1,043 within one window that promises at most 1,000.**",
    );
  });

  it("says how to repeat the run", async () => {
    expect(await markdownOf(sample)).toContain(
      "```sh\nnpm run scenario burst -- --variant sliding-log --seed 1\n```",
    );
  });

  it("says so whole, however long the command is", async () => {
    const command = `npm run scenario burst -- --command '${"x".repeat(5_000)}' --seed 7`;
    const result = { ...sample.result, command };
    expect(await markdownOf({ ...sample, result })).toContain(`\n${command}\n`);
  });

  it("tells every fault in one line, and marks what was not seen", async () => {
    const lines = (await markdownOf(outageRun())).split("\n").filter((line) => /\*\*F\d/.test(line));
    expect(lines).toEqual([
      expect.stringMatching(
        /^- \*\*F1\*\* `redis-down` on replicas 0\u20132 from 6 s to 10 s: refused after 0.2 ms .*; back on Redis after \d+ ms to \d+ ms\.$/,
      ),
      "- \u26a0\ufe0f **F2** `redis-latency` on replica 1 from 12.7 s to 13.9 s: its effect was not seen; stayed on Redis.",
    ]);
  });

  it("lets no foreign string become markup, a table cell or a mention", async () => {
    const outside = (await markdownOf(hostile))
      .replace(/```sh\n[^\n]*\n```/g, "")
      .replace(/(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, "")
      .replace(/<\/?sub>/g, "");
    expect(outside).not.toMatch(/[<>]/);
    expect(outside).not.toMatch(/@(?!\u200b)/);
    expect(outside).not.toMatch(/(?<!\\)[[\]*_](?![*])(?<!\*\*)/);
    expect(outside).not.toContain("://");
  });

  it("keeps every row of a table as wide as its heading", async () => {
    const lines = (await markdownOf(hostile)).split("\n");
    let columns = 0;
    for (const line of lines) {
      if (!line.startsWith("|")) columns = 0;
      else if (columns === 0) columns = cellsOf(line);
      else expect(cellsOf(line), line.slice(0, 80)).toBe(columns);
    }
  });

  it("ends with what it ran on, each by its name", async () => {
    expect(await markdownOf(sample)).toMatch(
      /<sub>Gatecrash \S+ \u00b7 Node \S+ \u00b7 Redis 7\.2\.4, on the PATH \u00b7 /,
    );
  });

  it("counts one replica as one", async () => {
    expect(await markdownOf({ ...sample, result: { ...sample.result, replicas: 1 } })).toContain(
      "; 1 replica, ",
    );
  });

  it("fits a comment", async () => {
    expect((await markdownOf(guilty)).length).toBeLessThan(4_000);
    expect((await markdownOf(hostile)).length).toBeLessThan(60_000);
  });
});

async function markdownOf(run: JudgedRun): Promise<string> {
  const [file] = await format.render(run);
  return String(file?.content);
}

function cellsOf(line: string): number {
  return line.replace(/\\\|/g, "").split("|").length;
}
