import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { missingPackage, missingPackages } from "./missing-package.ts";

test("what is not installed is told from what is", () => {
  expect(missingPackages(["ioredis", "no-such-package", "@none/such"])).toEqual([
    "no-such-package",
    "@none/such",
  ]);
});

test("Node's error for a package that is not there names it; other errors name none", async () => {
  const program = `import("@none/such/deep").catch((error) => console.log(JSON.stringify({ ...error, message: error.message })))`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  const { message, code } = JSON.parse(stdout) as { message: string; code: string };
  expect(missingPackage(Object.assign(new Error(message), { code }))).toBe("@none/such");
  expect(missingPackage(new Error(message))).toBeNull();
  expect(missingPackage(Object.assign(new Error("Cannot find module '/x.js'"), { code }))).toBeNull();
});
