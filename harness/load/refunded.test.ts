import { describe, expect, it } from "vitest";
import { constant } from "./constant.ts";
import { seededRandom } from "./random.ts";
import { refunded } from "./refunded.ts";

const load = constant({ ratePerSecond: 1_000, durationMs: 4_000, keys: () => "k" });
const arrivals = (share: number, seed = 1) => [
  ...refunded(load, { share }).arrivals(seededRandom(seed, "test")),
];
const asking = (share: number) => arrivals(share).filter(({ refund }) => refund === "asked").length;

describe("a load with refunds", () => {
  it("has the arrivals of the load, so many of which ask for their cost back", () => {
    expect(arrivals(0.3).map(({ atMs }) => atMs)).toEqual(arrivals(0).map(({ atMs }) => atMs));
    expect([asking(0), asking(1)]).toEqual([0, 4_000]);
    expect(Math.abs(asking(0.3) - 1_200)).toBeLessThan(150);
  });

  it("is the same for the same seed", () => {
    expect(arrivals(0.5, 7)).toEqual(arrivals(0.5, 7));
    expect(arrivals(0.5, 7)).not.toEqual(arrivals(0.5, 8));
  });
});
