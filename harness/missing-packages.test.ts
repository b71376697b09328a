import { expect, test } from "vitest";
import { missingPackages } from "./missing-packages.ts";

test("what is not installed is told from what is", () => {
  const names = ["ioredis", "no-such-package", "@testcontainers/redis", "@none/such"];
  expect(missingPackages(names)).toEqual(["no-such-package", "@none/such"]);
});
