import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../package-root.ts";
import { chooseVariants, toldApart } from "./choose-variants.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatecrash-tests-"));
  const none = join(packageRoot, "limiter", "variants", "none.ts");
  for (const path of ["a/limiter.ts", "b/limiter.ts", "mine/sliding-log.ts"]) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), `export { variant } from ${JSON.stringify(none)};`);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const own = (path: string): string => join(folder, path);
const namesOf = async (...typed: readonly string[]): Promise<string[]> =>
  (await chooseVariants(typed)).map(({ name }) => name);

describe("limiters side by side", () => {
  it("keep their names where those differ", async () => {
    expect(await namesOf("gcra", "read-then-write:fixed", own("a/limiter.ts"))).toEqual([
      "gcra",
      "read-then-write:fixed",
      "limiter",
    ]);
  });

  it("are told apart where two files are called alike", async () => {
    expect(await namesOf(own("a/limiter.ts"), own("b/limiter.ts"))).toEqual(["limiter", "b-limiter"]);
  });

  it("leave the name to ours where a file is called like it, whoever comes first", async () => {
    const copy = own("mine/sliding-log.ts");
    expect(await namesOf("sliding-log", copy)).toEqual(["sliding-log", "mine-sliding-log"]);
    expect(await namesOf(copy, "sliding-log")).toEqual(["mine-sliding-log", "sliding-log"]);
  });

  it("are each there once, however they are spelled", async () => {
    expect(await namesOf("gcra", "gcra", own("a/limiter.ts"), own("b/../a/limiter.ts"))).toEqual([
      "gcra",
      "limiter",
    ]);
  });

  it("know what was typed for them", async () => {
    const typed = ["gcra", own("b/limiter.ts")];
    expect((await chooseVariants(typed)).map((one) => one.typed)).toEqual(typed);
  });

  it("never have one name between them, also where a file system knows no capitals", () => {
    const name = fc.constantFrom("a", "A", "b", "a-b", "ä", "ö");
    const file = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}.ts`);
    const ours = fc.uniqueArray(fc.constantFrom("a", "b", "a-b"));
    fc.assert(
      fc.property(fc.uniqueArray(file, { maxLength: 8 }), ours, (files, known) => {
        const called = (path: string) => path.replace(/^.*\/(.*)\.ts$/, "$1").replaceAll(/[^A-Za-z-]/g, "-");
        const chosen = [
          ...files.map((ownFile) => ({ name: called(ownFile), ownFile })),
          ...known.map((one) => ({ name: one, ownFile: null })),
        ];
        const told = toldApart(chosen).map((one) => one.name);
        expect(new Set(told.map((one) => one.toLowerCase())).size).toBe(chosen.length);
        expect(told.slice(files.length)).toEqual(known);
        for (const one of told) expect(one).toMatch(/^[A-Za-z0-9_-]+$/);
      }),
    );
  });
});
