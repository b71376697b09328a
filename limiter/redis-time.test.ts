import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redisTime } from "./redis-time.ts";

const OFFSET_US = 1_789_000_000_000_000;

describe("redisTime", () => {
  it("knows nothing before the first reply", () => {
    expect(redisTime().earliestUs(5)).toBeUndefined();
  });

  it("is never later than Redis's clock, and no earlier than the quickest reply allows", () => {
    const delays = fc.array(fc.tuple(fc.nat(40_000), fc.nat(40_000)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(delays, (trips) => {
        const time = redisTime();
        let localUs = 0;
        for (const [thereUs, backUs] of trips) {
          const sentUs = localUs;
          localUs += thereUs + backUs;
          time.heard(OFFSET_US + sentUs + thereUs, sentUs / 1_000, localUs / 1_000);
        }
        const earliest = time.earliestUs(localUs / 1_000) ?? Number.NaN;
        const quickest = Math.min(...trips.map(([thereUs, backUs]) => thereUs + backUs));
        expect(earliest).toBeLessThanOrEqual(OFFSET_US + localUs);
        expect(earliest).toBeGreaterThanOrEqual(OFFSET_US + localUs - quickest - localUs / 1_000 - 2);
      }),
    );
  });

  it("follows a clock that is set, in either direction", () => {
    for (const stepUs of [-3_600_000_000, 3_600_000_000]) {
      const time = redisTime();
      time.heard(OFFSET_US, 0, 1);
      time.heard(OFFSET_US + 10_000 + stepUs, 10, 11);
      expect(time.earliestUs(11)).toBe(OFFSET_US + 10_000 + stepUs);
    }
  });
});
