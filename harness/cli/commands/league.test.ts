import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../main.ts";

let out = "";
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-league-"));
  await writeFile(join(out, "file"), "mine");
});
afterAll(() => rm(out, { recursive: true, force: true }));

/** Asks for a league of somebody who is not there, so that nothing is ever measured; what it says, and its exit code. */
async function league(report: string): Promise<{ code: number; printed: string }> {
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  vi.stubEnv("npm_lifecycle_event", undefined);
  try {
    const code = await main(["league", "--variants", "nobody-there", "--report", report, "--out", out]);
    return { code, printed: error.mock.calls.join("\n") };
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

describe("a league's report", () => {
  it.each([
    ["a folder", ""],
    ["below a file", "file/league.md"],
  ])("that is %s is refused before anything is measured", async (_, path) => {
    const { code, printed } = await league(join(out, path));
    expect(printed).toMatch(/cannot be written \(.*\): give another file with --report\.$/);
    expect(code).toBe(3);
  });

  it("that can be written is left as it was until there is another", async () => {
    expect((await league(join(out, "file"))).printed).toContain("nobody-there");
    expect((await league(join(out, "new", "league.md"))).printed).toContain("nobody-there");
    expect(await readFile(join(out, "file"), "utf8")).toBe("mine");
  });
});
