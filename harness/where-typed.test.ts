import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { callersFolder, whereTyped } from "./where-typed.ts";

const environment = { INIT_CWD: "/project/packages" };

describe("a path is read", () => {
  it("in a checkout from where npm was called, which goes to the checkout's folder", () => {
    expect(whereTyped("story.ts", { installed: false, environment })).toBe("/project/packages/story.ts");
    expect(callersFolder({ installed: false, environment: {} })).toBe(process.cwd());
  });

  it("of an installed package from the folder of the script that calls it, wherever npm was called", () => {
    expect(whereTyped("./story.ts", { installed: true, environment })).toBe(join(process.cwd(), "story.ts"));
    expect(callersFolder({ installed: true, environment })).toBe(process.cwd());
  });

  it("as it is where it begins at the root", () => {
    for (const installed of [true, false])
      expect(whereTyped("/tmp/story.ts", { installed, environment })).toBe("/tmp/story.ts");
  });
});
