import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replyHead, wholeReply } from "./batch-reply.ts";

const quota = fc.record({ remaining: fc.nat(), retryUs: fc.integer({ min: -1 }), resetUs: fc.nat() });
const decision = fc
  .array(quota, { minLength: 1, maxLength: 4 })
  .chain((quotas) => fc.record({ quotas: fc.constant(quotas), denying: fc.nat(quotas.length) }));

describe("wholeReply", () => {
  it("writes out everything that the script leaves away", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(decision, fc.string()), { maxLength: 8 }), (answers) => {
        const wire: (number | string)[] = [5];
        const whole: (number | string)[] = [];
        const errors: string[] = [];
        for (const answer of answers) {
          if (typeof answer === "string") {
            wire.push(answer);
            whole.push(-errors.push(answer), 0, 0, 0);
            continue;
          }
          const { quotas, denying } = answer;
          if (denying > 0) wire.push(-denying);
          whole.push(denying);
          for (const { remaining, retryUs, resetUs } of quotas) {
            wire.push(...(denying > 0 ? [remaining, retryUs, resetUs] : [remaining, resetUs]));
            whole.push(remaining, denying > 0 ? retryUs : 0, resetUs);
          }
        }
        const asked = answers.map((answer) => ({
          keys: typeof answer === "string" ? ["k"] : answer.quotas.map((_, i) => `k${i}`),
        }));
        expect(wholeReply(wire, asked)).toEqual([...whole, ...errors]);
        const [nowUs = 0, ...rest] = wire;
        expect(wholeReply([-nowUs, 1, ...rest], asked)).toEqual([...whole, ...errors]);
      }),
    );
  });
});

describe("wholeReply and replyHead", () => {
  it("read what a lone decision is answered", () => {
    const numbers = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat());
    fc.assert(
      fc.property(numbers, ([nowUs, remaining, retryUs, resetUs]) => {
        const wire = Buffer.from(Float64Array.of(nowUs, remaining, retryUs, resetUs).buffer);
        expect(replyHead(wire)).toEqual({ nowUs, kept: 0 });
        expect(wholeReply(wire, [{ keys: ["k"] }])).toEqual([
          retryUs === 0 ? 0 : 1,
          remaining,
          retryUs,
          resetUs,
        ]);
      }),
    );
  });
});

describe("replyHead", () => {
  it("tells the time, and what Redis has kept of who asks", () => {
    expect(replyHead([7, 1, 2])).toEqual({ nowUs: 7, kept: 0 });
    expect(replyHead([-7, 1, 2])).toEqual({ nowUs: 7, kept: 1 });
    expect(replyHead([-7, 5, 2])).toEqual({ nowUs: 7, kept: 1, since: 5 });
    expect(replyHead([-7, -1])).toEqual({ nowUs: 7, kept: -1 });
    expect(replyHead([-7, 0])).toEqual({ nowUs: 7, kept: undefined });
  });
});
