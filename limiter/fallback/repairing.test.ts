import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Asking } from "../batch.ts";
import { createFallback } from "./fallback.ts";
import { repairing } from "./repairing.ts";

const KEYS = 300;

/** A process that has let each of its keys in once without Redis, and is about to tell. */
function aboutToTell() {
  const fallback = createFallback({
    policy: { name: "p", limit: 10, windowMs: 3_600_000 },
    algorithm: "fixed-window",
    replicaIndex: 0,
    replicaCount: 1,
  });
  fallback.lost(0);
  for (let i = 0; i < KEYS; i++) fallback.decide(`key ${i}`, 1, i);
  fallback.recovered(KEYS);
  const asked: Asking[] = [];
  const state = { isAble: true, timesDone: 0 };
  const told = repairing({
    keepers: () => [{ fallback, row: [1, 10, 3_600_000_000, 0] }],
    add: (asking) => void asked.push(asking),
    isAble: () => state.isAble,
    nowUs: () => KEYS,
    onDone: () => {
      state.timesDone++;
    },
  });
  return { asked, state, begin: () => told.begin(KEYS) };
}

/** Redis has done it, or has not. */
function end(asking: Asking, isDone: boolean): void {
  if (isDone) asking.answered([0, 0, 0, 0], 0);
  else {
    asking.failed("timeout");
    asking.turnedOut(false);
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("repairing", () => {
  it("tells of every key once, whatever fails in between, and says so once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(9)), async (fates) => {
        const { asked, state, begin } = aboutToTell();
        const told: string[] = [];
        for (let rounds = 0; rounds < 500 && state.timesDone === 0; rounds++) {
          state.isAble = true;
          begin();
          for (let open = asked.splice(0); open.length > 0; open = asked.splice(0)) {
            for (const asking of open) {
              const isDone = fates.next().value !== 0;
              if (isDone) told.push(...asking.keys);
              // One failure, and Redis is away.
              else state.isAble = false;
              end(asking, isDone);
            }
            await settled();
          }
        }
        expect(told.toSorted()).toEqual(Array.from({ length: KEYS }, (_, i) => `key ${i}`).toSorted());
        expect(state.timesDone).toBe(1);
      }),
      { numRuns: 30 },
    );
  });

  it("asks for less at once when Redis has not done it in time", async () => {
    const { asked, state, begin } = aboutToTell();
    const atOnce: number[] = [];
    for (let time = 0; time < 5; time++) {
      state.isAble = true;
      begin();
      atOnce.push(asked.length);
      state.isAble = false;
      for (const asking of asked.splice(0)) end(asking, false);
      await settled();
    }
    expect(atOnce).toEqual([128, 16, 16, 16, 16]);
  });
});
