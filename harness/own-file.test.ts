import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isPath, thingInFile } from "./own-file.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatecrash-tests-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const parts = { about: "text", steps: "list" } as const;

async function written(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

describe("a file of one's own", () => {
  it("is told from a name by its look", () => {
    for (const path of ["./a.ts", "a.mjs", "a.cts", "b/c", "c:\\d.js"]) expect(isPath(path)).toBe(true);
    expect(["burst", "redis-outage", "read-then-write:fixed"].map(isPath)).toEqual([false, false, false]);
  });

  it("gives what it exports, by a name that is no path and no folder of ours", async () => {
    const text = 'export const story = { about: "x", steps: [1] };';
    for (const [name, known] of [
      ["mine.mjs", "mine"],
      ["latest.mjs", "own-latest"],
      ["...mjs", "--"],
      ["a b.mjs", "a-b"],
    ] as const)
      expect((await thingInFile(await written(name, text), "story", parts)).name).toBe(known);
  });

  it("may be CommonJS", async () => {
    const file = await written("old.cjs", 'module.exports = { story: { about: "x", steps: [1] } };');
    expect((await thingInFile(file, "story", parts)).name).toBe("old");
  });

  it("is refused in one sentence for what it lacks", async () => {
    const lacking: readonly (readonly [string, RegExp])[] = [
      ["export const stroy = {};", /exports no `story`: add/],
      ["export const story = {};", /has no `about`, which must be a text/],
      ['export const story = { about: "x", steps: [] };', /has no `steps`, which must be a list that is not/],
    ];
    for (const [i, [text, sentence]] of lacking.entries()) {
      const file = await written(`lacking-${i}.mjs`, text);
      await expect(thingInFile(file, "story", parts)).rejects.toThrow(sentence);
    }
    await expect(thingInFile(join(folder, "nowhere.ts"), "story", parts)).rejects.toThrow(/There is no file/);
  });
});
