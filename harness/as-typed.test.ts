import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { asTyped, commandNames } from "./as-typed.ts";
import { packageRoot } from "./package-root.ts";

test.each([
  ["npm run scenario burst -- --seed 7 --gate 'a<=1'", "npx gatecrash scenario burst --seed 7 --gate 'a<=1'"],
  ["npm run scenario a -- --command 'npx x -- --y'", "npx gatecrash scenario a --command 'npx x -- --y'"],
  ["start one there (npm run toxiproxy) or", "start one there (npx gatecrash toxiproxy) or"],
  ["  npm run list\n  npm run bench x -- --y", "  npx gatecrash list\n  npx gatecrash bench x --y"],
  ["Variants (-- --variant NAME)", "Variants (--variant NAME)"],
  ["a -- b, npm run dev -- --port 1", "a -- b, npm run dev -- --port 1"],
])("whoever installed us types %j as %j", (text, typed) => {
  expect(asTyped(text, { installed: true })).toBe(typed);
});

test("in a checkout nothing changes", () => {
  expect(asTyped("npm run scenario burst -- --seed 7")).toBe("npm run scenario burst -- --seed 7");
});

test("every command of ours is known", async () => {
  const files = await readdir(join(packageRoot, "harness", "cli", "commands"));
  const names = files.filter((file) => !file.includes(".test.")).map((file) => file.replace(/\.ts$/, ""));
  expect(commandNames).toEqual(expect.arrayContaining(names));
});
