import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listMutants, listScenarios } from "../catalogue.ts";
import { main } from "../main.ts";

let out = "";
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-mutants-"));
});
afterAll(() => rm(out, { recursive: true, force: true }));

/** Runs `mutants` in this process; what it prints, on both streams, and its exit code. */
async function mutants(...args: readonly string[]): Promise<{ code: number; printed: string }> {
  const lines: unknown[] = [];
  const keep = (line: unknown) => void lines.push(line);
  vi.spyOn(console, "log").mockImplementation(keep);
  vi.spyOn(console, "error").mockImplementation(keep);
  vi.stubEnv("npm_lifecycle_event", undefined);
  try {
    return { code: await main(["mutants", "--out", out, ...args]), printed: lines.join("\n") };
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

describe("mutants", () => {
  it.each([
    [["--level", "1", "--rate", "500"], /^--rate is for levels 2 and 3/],
    [["--level", "1", "--no-run"], /^--no-run is for levels 2 and 3/],
    [["--level", "1", "--story", "redis-flap"], /^Nobody is tried in redis-flap at level 1/],
  ])("%j is one sentence and exit code 3", async (args, sentence) => {
    const { code, printed } = await mutants(...args);
    expect(printed).toMatch(sentence);
    expect(printed).not.toContain("\n");
    expect(code).toBe(3);
  });

  it("in a story that nobody was made for is one sentence and exit code 3", async () => {
    const declared = new Set((await listMutants()).flatMap(({ thing }) => thing.scenarios));
    const lone = (await listScenarios()).find(({ name }) => !declared.has(name))?.name ?? "";
    const { code, printed } = await mutants("--no-run", "--story", lone);
    expect(printed).toMatch(new RegExp(`^No wrong limiter was made for ${lone} at level 3: .*[^\n]$`));
    expect(code).toBe(3);
  });

  it("says so where nothing of what is to be shown was run", async () => {
    const { code, printed } = await mutants("--no-run", "--story", "redis-flap");
    expect(printed).toMatch(/^None of these \d+ runs was made by this source before/);
    expect(code).toBe(2);
  });
});
