import { describe, expect, it } from "vitest";
import { seededRandom } from "./random.ts";
import { takingTurns } from "./taking-turns.ts";

const arrivalsOf = (options: Parameters<typeof takingTurns>[0]) => [
  ...takingTurns(options).arrivals(seededRandom(1, "turns")),
];

describe("keys that take turns", () => {
  it("send as many requests each, one after the other, in whole turns", () => {
    const all = arrivalsOf({ ratePerSecond: 100, durationMs: 1_090, requests: 30, prefix: "turn-" });
    expect(all).toHaveLength(90);
    expect(all.map(({ key }) => key)).toEqual(
      ["turn-1", "turn-2", "turn-3"].flatMap((key) => Array(30).fill(key)),
    );
    expect(all.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 90 }, (_, i) => 10 * i));
  });

  it("begin one turn where there is no time for a whole one", () => {
    const load = takingTurns({ ratePerSecond: 100, durationMs: 200, requests: 30, prefix: "turn-" });
    expect(load.durationMs).toBe(200);
    expect([...load.arrivals(seededRandom(1, "turns"))]).toHaveLength(20);
  });

  it("are not counted one by one to say how long it takes", () => {
    const load = takingTurns({
      ratePerSecond: 1e6,
      durationMs: 86_400_000,
      requests: 1_500,
      prefix: "turn-",
    });
    expect(load.expected).toBe(86_400_000_000);
  });
});
