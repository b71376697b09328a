import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { breaker } from "./breaker.ts";

const events = fc.array(
  fc.record({
    kind: fc.constantFrom("succeeded", "failed", "probes" as const),
    afterMs: fc.nat(200),
    chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  }),
  { maxLength: 200 },
);

describe("breaker", () => {
  it("opens after as many failures in a row as it is told, and not before", () => {
    const one = breaker({ failuresToOpen: 3, random: () => 0 });
    for (const fail of [true, true, false, true, true]) fail ? one.failed(0) : one.succeeded();
    expect(one.state).toBe("closed");
    one.failed(0);
    expect(one.state).toBe("open");
  });

  it("probes once, and closes or waits again by how that ends", () => {
    const one = breaker({ failuresToOpen: 1, probeEveryMs: 100, random: () => 0.5 });
    one.failed(1_000);
    expect([one.probes(1_124), one.probes(1_125), one.probes(1_126)]).toEqual([false, true, false]);
    one.failed(1_200);
    expect([one.state, one.probeAtMs]).toEqual(["open", 1_325]);
    one.probes(1_325);
    one.succeeded();
    expect([one.state, one.probes(9_999)]).toEqual(["closed", false]);
  });

  it("keeps its laws, whatever happens when", () => {
    fc.assert(
      fc.property(events, (story) => {
        let chance = 0;
        const one = breaker({ failuresToOpen: 3, probeEveryMs: 100, random: () => chance });
        let nowMs = 0;
        let failuresInRow = 0;
        let openedMs = 0;
        for (const event of story) {
          nowMs += event.afterMs;
          chance = event.chance;
          const before = one.state;
          if (event.kind === "succeeded") one.succeeded();
          if (event.kind === "failed") one.failed(nowMs);
          const probes = event.kind === "probes" && one.probes(nowMs);
          if (event.kind === "succeeded" || before !== "closed") failuresInRow = 0;
          else if (event.kind === "failed") failuresInRow++;
          if (before === "closed") expect(one.state).toBe(failuresInRow === 3 ? "open" : "closed");
          // Open ends by a probe alone, and a probe only after the pause.
          if (before === "open")
            expect(one.state === "open" || (probes && one.state === "half-open")).toBe(true);
          if (probes) expect(nowMs - openedMs).toBeGreaterThanOrEqual(100);
          if (before !== "open" && one.state === "open") {
            openedMs = nowMs;
            expect(one.probeAtMs - nowMs).toBeGreaterThanOrEqual(100);
            expect(one.probeAtMs - nowMs).toBeLessThanOrEqual(150);
          }
          // Time alone always leads to a probe: it never stays open for ever.
          if (one.state === "open") expect(one.probeAtMs).toBeLessThanOrEqual(nowMs + 150);
        }
      }),
    );
  });
});
