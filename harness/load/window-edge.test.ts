import { expect, test } from "vitest";
import { seededRandom } from "./random.ts";
import { windowEdge } from "./window-edge.ts";

const options = { windowMs: 2000, requests: 1000, burstMs: 200, guardMs: 25, keys: ["first", "second"] };

test("two bursts lie around each edge, each edge with its key, and the guard bands are silent", () => {
  const arrivals = [...windowEdge(options).arrivals(seededRandom(1))];
  for (const [index, key] of options.keys.entries()) {
    const edgeMs = (index + 1) * 2000;
    const own = arrivals.filter((arrival) => arrival.key === key);
    const before = own.filter(({ atMs }) => atMs >= edgeMs - 225 && atMs < edgeMs - 25);
    const after = own.filter(({ atMs }) => atMs >= edgeMs + 25 && atMs < edgeMs + 225);
    expect([own.length, before.length, after.length]).toEqual([2000, 1000, 1000]);
  }
});

test("each key may come a window earlier, just after the edge before, and between nobody's bursts", () => {
  const arrivals = [...windowEdge({ ...options, openerMs: 20 }).arrivals(seededRandom(1))];
  for (const [index, key] of options.keys.entries()) {
    const own = arrivals.filter((arrival) => arrival.key === key);
    expect(own).toHaveLength(2001);
    expect(own[0]?.atMs).toBe(index * 2000 + 20);
  }
});

test("a first request within a burst, or before the start, is refused", () => {
  expect(() => windowEdge({ ...options, openerMs: 25 })).toThrow(/within the guard of 25 ms/);
  expect(() => windowEdge({ ...options, openerMs: 20, firstEdgeMs: 300 })).toThrow(/after the start/);
});

test("bursts that would run into the next edge's are refused", () => {
  expect(() => windowEdge({ ...options, burstMs: 1000 })).toThrow(/do not fit into a window of 2000 ms/);
});

test("no key means no edge, which is refused", () => {
  expect(() => windowEdge({ ...options, keys: [] })).toThrow(RangeError);
});
