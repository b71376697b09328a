import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateRequests, outcomeCode } from "../history/requests.ts";
import { followRequests } from "./live.ts";

describe("the live numbers", () => {
  it("count every row once, in whatever order rows complete", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 199 }), { maxLength: 300 }), fc.nat(), (order, step) => {
        const requests = allocateRequests(200);
        const read = followRequests(requests);
        const done = new Set<number>();
        for (const [at, row] of order.entries()) {
          requests.outcome[row] = row % 3 === 0 ? outcomeCode.denied : outcomeCode.allowed;
          done.add(row);
          if (at % (1 + (step % 7)) === 0) read(at);
        }
        const { allowed, denied, lost } = read(1_000);
        expect(allowed + denied).toBe(done.size);
        expect(denied).toBe([...done].filter((row) => row % 3 === 0).length);
        expect(lost).toBe(0);
      }),
    );
  });

  it("go on after a phase that left more rows blank than are looked ahead, and count what it did send", () => {
    const requests = allocateRequests(60_000);
    const read = followRequests(requests);
    requests.outcome.fill(outcomeCode.allowed, 0, 20_000);
    requests.outcome.fill(outcomeCode.blank, 500, 510);
    expect(read(1_000, 0).allowed).toBe(19_990);
    requests.outcome.fill(outcomeCode.allowed, 20_000, 20_100);
    requests.outcome.fill(outcomeCode.denied, 42_000, 60_000);
    expect(read(2_000, 42_000)).toMatchObject({ allowed: 20_090, denied: 18_000, ratePerSecond: 18_100 });
    expect(read(3_000, 42_000)).toMatchObject({ allowed: 20_090, denied: 18_000, ratePerSecond: 0 });
  });

  it("tell the rate since the last reading and the latency from the intended instant", () => {
    const requests = allocateRequests(100);
    const read = followRequests(requests);
    read(0);
    for (let row = 0; row < 100; row++) {
      requests.intendedMs[row] = row;
      requests.receivedMs[row] = row + 5;
      requests.outcome[row] = outcomeCode.allowed;
    }
    expect(read(500)).toMatchObject({ ratePerSecond: 200, p99Ms: 5, allowed: 100 });
  });
});
