import { describe, expect, it } from "vitest";
import { nearestName } from "./nearest-name.ts";

describe("the nearest name", () => {
  it.each([
    ["brust", "burst"],
    ["gcar", "gcra"],
    ["slidinglog", "sliding-log"],
    ["READ-then-write", "read-then-write"],
  ])("of %s is %s", (wanted, name) => {
    expect(nearestName(wanted, ["burst", "gcra", "sliding-log", "read-then-write"])).toBe(name);
  });

  it("is none when nothing is near", () => {
    expect(nearestName("xyzzy", ["burst", "gcra"])).toBeNull();
    expect(nearestName("burst", [])).toBeNull();
  });
});
