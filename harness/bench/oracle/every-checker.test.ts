import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { everyChecker } from "./every-checker.ts";

it("holds a checker of every file that has one", () => {
  const folder = new URL("../../checkers/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const declaring = files.filter((name) =>
    readFileSync(new URL(name, folder), "utf8").includes("): Checker {"),
  );
  const names = everyChecker().map(({ name }) => `${name}.ts`);
  expect(names.toSorted()).toEqual(declaring.toSorted());
});
