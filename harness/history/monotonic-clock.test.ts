import { expect, test } from "vitest";
import { monotonicMs } from "./monotonic-clock.ts";

test("readings of process.hrtime before and after enclose it, within the error of the offset", () => {
  const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
  for (let i = 0; i < 1000; i++) {
    const beforeMs = nowMs();
    const ms = monotonicMs();
    const afterMs = nowMs();
    expect(ms).toBeGreaterThan(beforeMs - 0.05);
    expect(ms).toBeLessThan(afterMs + 0.05);
  }
});

test("it never goes back", () => {
  let lastMs = 0;
  for (let i = 0; i < 10_000; i++) {
    const ms = monotonicMs();
    expect(ms).toBeGreaterThanOrEqual(lastMs);
    lastMs = ms;
  }
});
