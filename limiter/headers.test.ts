import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rateLimitField, rateLimitPolicyField, retryAfterField } from "./headers.ts";

/** A list of strings with whole-number parameters, as RFC 9651 writes it. */
const LIST = /^"[ !#-[\]-~]+"(;[a-z]+=\d{1,15})*(, "[ !#-[\]-~]+"(;[a-z]+=\d{1,15})*)*$/;
const quota = { retryAfterMs: 0, resetMs: 0 };

describe("rateLimitPolicyField", () => {
  it("lists every policy", () => {
    const policies = [
      { name: "burst", limit: 1_000, windowMs: 2_000 },
      { name: "day", limit: 9_000, windowMs: 86_400_000 },
    ];
    expect(rateLimitPolicyField(policies)).toBe('"burst";q=1000;w=2, "day";q=9000;w=86400');
    expect(rateLimitPolicyField(policies)).toMatch(LIST);
  });

  it("leaves out a window that is no whole number of seconds", () => {
    expect(rateLimitPolicyField([{ name: "p", limit: 3, windowMs: 250 }])).toBe('"p";q=3');
    expect(rateLimitPolicyField([{ name: "p", limit: 3, windowMs: 1_500 }])).toBe('"p";q=3');
  });
});

describe("rateLimitField", () => {
  it("tells what remains, and in how many whole seconds more does", () => {
    const quotas = [
      { ...quota, policy: "burst", remaining: 37, resetMs: 1 },
      { ...quota, policy: "day", remaining: 9_000 },
    ];
    expect(rateLimitField(quotas)).toBe('"burst";r=37;t=1, "day";r=9000');
    expect(rateLimitField(quotas)).toMatch(LIST);
  });
});

describe("retryAfterField", () => {
  it("is never earlier than the truth, and less than a second later", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (retryAfterMs) => {
        const seconds = Number(retryAfterField({ retryAfterMs }));
        expect(seconds * 1_000).toBeGreaterThanOrEqual(retryAfterMs);
        expect(seconds * 1_000).toBeLessThan(retryAfterMs + 1_000);
      }),
    );
  });

  it("is left out when no wait helps, and when none is needed", () => {
    expect(retryAfterField({ retryAfterMs: Number.POSITIVE_INFINITY })).toBeUndefined();
    expect(retryAfterField({ retryAfterMs: 0 })).toBeUndefined();
  });
});
