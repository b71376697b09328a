import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { resultText } from "./json.ts";
import type { JudgedRun, ReportFile, ReportFormat } from "./report-format.ts";
import { guiltyRun, hostileRun, inconclusiveRun, outageRun, sampleRun } from "./sample-run.ts";

const folder = new URL(".", import.meta.url);
const modules = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
const formats: { name: string; format: ReportFormat }[] = [];
for (const name of modules) {
  const module: { format?: ReportFormat } = await import(new URL(name, folder).href);
  if (module.format !== undefined) formats.push({ name, format: module.format });
}
const guilty = guiltyRun();
const runs = Object.entries({
  sample: sampleRun(),
  guilty,
  inconclusive: inconclusiveRun(),
  hostile: hostileRun(),
  outage: outageRun(),
  "hostile outage": hostileRun(outageRun()),
});

it("finds the formats by their export", () => {
  expect(formats.map(({ name }) => name)).toEqual([
    "html.ts",
    "json.ts",
    "junit.ts",
    "markdown.ts",
    "png.ts",
  ]);
});

describe.each(formats)("$name", ({ format }) => {
  it.each(runs)("renders the %s run into files of its own folder", async (_, run) => {
    const files = await format.render(run);
    expect(files.length).toBeGreaterThan(0);
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
    for (const { path, content } of files) {
      expect(path).toMatch(/^(?:[a-z0-9-]+\/)*[a-z0-9-]+\.[a-z]+$/);
      expect(content.length).toBeGreaterThan(0);
    }
  });

  it("gives the same bytes for the same run, leaves it as it was, and asks no clock and no chance", async () => {
    const before = resultText(guilty.result) + columnsOf(guilty);
    const first = await format.render(guilty);
    for (const [clock, name] of [
      [Math, "random"],
      [performance, "now"],
      [Date, "now"],
    ] as const)
      vi.spyOn(clock as { now: () => number }, name as "now").mockImplementation(() => {
        throw new Error(`a report asked for ${name}`);
      });
    const again = await Promise.resolve(format.render(guilty)).finally(() => vi.restoreAllMocks());
    expect(again.map(fingerprint)).toEqual(first.map(fingerprint));
    expect(resultText(guilty.result) + columnsOf(guilty)).toBe(before);
    for (const { content } of first) expect(Buffer.from(content).includes(process.cwd())).toBe(false);
  });

  it("renders a run in which nothing happened", async () => {
    const { result, history } = guilty;
    const nothing: JudgedRun = {
      result: {
        ...result,
        accuracy: null,
        latencyMs: null,
        phases: [],
        faults: [],
        findings: [],
        gates: [],
        policies: [],
        promises: [],
      },
      history: {
        ...history,
        phases: [],
        policies: [],
        promises: [],
        requests: { ...history.requests, count: 0 },
      },
    };
    expect((await format.render(nothing)).length).toBeGreaterThan(0);
  });
});

function fingerprint({ path, content }: ReportFile): string {
  return `${path} ${createHash("sha256").update(content).digest("hex")}`;
}

function columnsOf({ history }: JudgedRun): string {
  const hash = createHash("sha256");
  for (const column of Object.values(history.requests))
    if (ArrayBuffer.isView(column))
      hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  return hash.digest("hex");
}
