import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deadlines } from "./deadlines.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("deadlines", () => {
  it("expire in time and once, whatever order they come in, and not if they are over", () => {
    const { watch } = deadlines();
    const expired: string[] = [];
    const startedMs = performance.now();
    const watched = [50, 20, 80, 20].map((ms, i) => {
      const name = `${ms}.${i}`;
      const deadline = { untilMs: startedMs + ms, isOver: false, expire: () => void expired.push(name) };
      watch(deadline);
      return deadline;
    });
    vi.advanceTimersByTime(19);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(3);
    expect(expired).toEqual(["20.1", "20.3"]);
    if (watched[0] !== undefined) watched[0].isOver = true;
    vi.advanceTimersByTime(200);
    expect(expired).toEqual(["20.1", "20.3", "80.2"]);
  });
});
