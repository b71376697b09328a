import { expect, test } from "vitest";
import { aheadOfEdges } from "./ahead-of-edges.ts";
import { seededRandom } from "./random.ts";

const options = { windowMs: 1_000, requests: 100, burstMs: 50, guardMs: 10, keys: ["first", "second"] };

test("both bursts of a key lie within one window's length, each right ahead of its edge", () => {
  const load = aheadOfEdges(options);
  const arrivals = [...load.arrivals(seededRandom(1))];
  expect(arrivals).toHaveLength(400);
  for (const [index, key] of options.keys.entries()) {
    const own = arrivals.filter((arrival) => arrival.key === key).map(({ atMs }) => atMs);
    const edgeMs = (3 * index + 1) * 1_000;
    expect(Math.max(...own) - Math.min(...own)).toBeLessThan(1_000 - 10);
    expect(own.filter((atMs) => atMs >= edgeMs - 60 && atMs < edgeMs - 10)).toHaveLength(100);
    expect(own.filter((atMs) => atMs >= edgeMs + 880 && atMs < edgeMs + 940)).toHaveLength(100);
    expect(Math.max(...own)).toBeLessThan(load.durationMs);
  }
});

test("bursts that do not fit are refused", () => {
  expect(() => aheadOfEdges({ ...options, burstMs: 495 })).toThrow(/do not fit into a window of 1000 ms/);
  expect(() => aheadOfEdges({ ...options, requests: 1.5 })).toThrow(RangeError);
});
