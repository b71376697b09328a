import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { takeTime } from "./taken-time.ts";
import { VirtualTime } from "./virtual-time.ts";

function playOut(time: VirtualTime): void {
  while (time.step(Number.POSITIVE_INFINITY));
}

describe("simulated time", () => {
  it("has everything happen in order of its instants, and of one instant in the order asked for", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (instants) => {
        const time = new VirtualTime(0);
        const seen: { readonly atMs: number; readonly index: number }[] = [];
        for (const [index, atMs] of instants.entries())
          time.at(atMs, () => seen.push({ atMs: time.nowMs, index }));
        playOut(time);
        const expected = instants
          .map((atMs, index) => ({ atMs, index }))
          .toSorted((a, b) => a.atMs - b.atMs || a.index - b.index);
        expect(seen).toEqual(expected);
      }),
    );
  });

  it("never goes back, and what was called off does not happen", () => {
    const time = new VirtualTime(10);
    const seen: string[] = [];
    time.at(3, () => seen.push(`late at ${time.nowMs}`));
    time.at(12, () => seen.push("never")).isOff = true;
    expect(time.step(10)).toBe(false);
    playOut(time);
    expect(seen).toEqual(["late at 10"]);
  });
});

describe("a process whose time is taken", () => {
  it("lives in simulated time, each replica by a wall clock of its own, and gets its own back", () => {
    const time = new VirtualTime(1_000);
    const before = { now: performance.now, date: Date.now, setTimeout };
    const seen: string[] = [];
    {
      using taken = takeTime(time, (replica, nowMs) => 1e12 + nowMs + 500 * replica);
      taken.within(1);
      const every = setInterval(() => seen.push(`${performance.now()} ${Date.now()}`), 100);
      taken.within(0);
      setTimeout(() => clearInterval(every), 250).unref();
      clearTimeout(setTimeout(() => seen.push("never"), 1));
      playOut(time);
    }
    expect(seen).toEqual(["1100 1000000001600", "1200 1000000001700"]);
    expect({ now: performance.now, date: Date.now, setTimeout }).toEqual(before);
  });
});
