import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "./decision.ts";
import { legacyFields, rateLimitField, rateLimitPolicyField, retryAfterField } from "./headers.ts";

interface Item {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/** Parses a list of strings with whole-number parameters by the grammar of RFC 9651; throws at the first deviation. */
function parsedList(field: string): readonly Item[] {
  let at = 0;
  const take = (pattern: RegExp, what: string): string => {
    const sticky = new RegExp(pattern, "y");
    sticky.lastIndex = at;
    const found = sticky.exec(field)?.[0];
    if (found === undefined) throw new SyntaxError(`${what} expected at ${at} of ${field}`);
    at += found.length;
    return found;
  };
  const item = (): Item => {
    const text = take(/"(?:[ !#-[\]-~]|\\["\\])*"/, "a string").slice(1, -1);
    const parameters: Record<string, number> = {};
    while (field[at] === ";") {
      take(/; */, "a semicolon");
      const key = take(/[a-z*][a-z0-9_.*-]*/, "a key");
      if (key in parameters) throw new SyntaxError(`${key} is there twice`);
      take(/=/, "an equals sign");
      parameters[key] = Number(take(/-?\d{1,15}(?![\d.])/, "an integer"));
    }
    return { name: text.replaceAll(/\\(.)/g, "$1"), parameters };
  };
  const items = [item()];
  while (at < field.length) {
    take(/[ \t]*,[ \t]*(?=.)/, "a comma with a member after it");
    items.push(item());
  }
  return items;
}

const nothing = { retryAfterMs: 0, resetMs: 0 };
const names = fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)) });
const whole = fc.integer({ min: 1, max: 999_999_999_999_999 });

describe("rateLimitPolicyField", () => {
  it("lists every policy", () => {
    const policies = [
      { name: "burst", limit: 1_000, windowMs: 2_000 },
      { name: "day", limit: 9_000, windowMs: 86_400_000 },
    ];
    expect(rateLimitPolicyField(policies)).toBe('"burst";q=1000;w=2, "day";q=9000;w=86400');
  });

  it("leaves out a window that is no whole number of seconds", () => {
    expect(rateLimitPolicyField([{ name: "p", limit: 3, windowMs: 250 }])).toBe('"p";q=3');
    expect(rateLimitPolicyField([{ name: "p", limit: 3, windowMs: 1_500 }])).toBe('"p";q=3');
  });

  it("tells how much a bucket holds when that is not the limit", () => {
    const steady = { name: "steady", limit: 10, windowMs: 1_000 };
    expect(rateLimitPolicyField([{ ...steady, burst: 20 }])).toBe('"steady";q=10;w=1;gatecrash-burst=20');
    expect(rateLimitPolicyField([{ ...steady, burst: 10 }])).toBe('"steady";q=10;w=1');
  });

  it("parses back to the policies, whatever their names and numbers", () => {
    const policy = fc.record({ name: names, limit: whole, windowMs: whole, burst: whole });
    fc.assert(
      fc.property(fc.array(policy, { minLength: 1, maxLength: 5 }), (policies) => {
        const read = parsedList(rateLimitPolicyField(policies));
        expect(read.map(({ name }) => name)).toEqual(policies.map(({ name }) => name));
        expect(read.map(({ parameters }) => parameters.q)).toEqual(policies.map(({ limit }) => limit));
        for (const [i, { windowMs }] of policies.entries()) {
          const { w } = read[i]?.parameters ?? {};
          expect(w).toBe(windowMs % 1_000 === 0 ? windowMs / 1_000 : undefined);
        }
      }),
    );
  });

  it("refuses a name that no header can carry", () => {
    for (const name of ["day\r\nSet-Cookie: a=b", "größe", "\u0000"]) {
      expect(() => rateLimitPolicyField([{ name, limit: 1, windowMs: 1 }])).toThrow("printable ASCII");
    }
  });
});

describe("rateLimitField", () => {
  it("tells what remains, and in how many whole seconds more does", () => {
    const quotas = [
      { ...nothing, policy: "burst", remaining: 37, resetMs: 1 },
      { ...nothing, policy: "day", remaining: 9_000 },
    ];
    expect(rateLimitField(quotas)).toBe('"burst";r=37;t=1, "day";r=9000');
  });

  it("parses as a list with r and t in range, whatever the numbers", () => {
    const anything = fc.double({ noNaN: true });
    const quota = fc.record({
      policy: names,
      remaining: anything,
      resetMs: anything,
      retryAfterMs: anything,
    });
    fc.assert(
      fc.property(fc.array(quota, { minLength: 1, maxLength: 5 }), (quotas) => {
        const read = parsedList(rateLimitField(quotas));
        expect(read.map(({ name }) => name)).toEqual(quotas.map(({ policy }) => policy));
        for (const { parameters } of read) {
          expect(parameters.r).toBeGreaterThanOrEqual(0);
          expect(parameters.t ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it("is empty when nothing is known", () => {
    expect(rateLimitField([])).toBe("");
  });
});

describe("retryAfterField", () => {
  it("is never earlier than the truth, and less than a second later", () => {
    fc.assert(
      fc.property(whole, (retryAfterUs) => {
        const retryAfterMs = retryAfterUs / 1_000;
        const field = retryAfterField({ retryAfterMs });
        expect(field).toMatch(/^\d+$/);
        expect(Number(field) * 1_000).toBeGreaterThanOrEqual(retryAfterMs);
        expect(Number(field) * 1_000).toBeLessThan(retryAfterMs + 1_000);
      }),
    );
  });

  it("is not before the end of the effective window of the policy that denies", () => {
    const waits = fc.tuple(whole, whole).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(
      fc.property(waits, ([resetMs, retryAfterMs]) => {
        const [item] = parsedList(rateLimitField([{ policy: "p", remaining: 0, resetMs, retryAfterMs }]));
        expect(Number(retryAfterField({ retryAfterMs }))).toBeGreaterThanOrEqual(item?.parameters.t ?? 0);
      }),
    );
  });

  it("is left out when no wait helps, and when none is needed", () => {
    for (const retryAfterMs of [Number.POSITIVE_INFINITY, 0, -1, Number.NaN]) {
      expect(retryAfterField({ retryAfterMs })).toBeUndefined();
    }
  });
});

describe("legacyFields", () => {
  const policies = [
    { name: "second", limit: 10, windowMs: 1_000, burst: 20 },
    { name: "day", limit: 9_000, windowMs: 86_400_000 },
  ];
  const quota = { policy: "second", remaining: 4, retryAfterMs: 0, resetMs: 0 };
  const allowed: Decision = { ...quota, outcome: "allowed", source: "redis", quotas: [quota] };

  it("speak of the policy that decided, with a reset of 0 too", () => {
    expect(legacyFields(allowed, policies)).toEqual([
      ...["X-RateLimit-Limit", "20"],
      ...["X-RateLimit-Remaining", "4"],
      ...["X-RateLimit-Reset", "0"],
    ]);
  });

  it("agree with Retry-After when denied", () => {
    const denied = {
      ...allowed,
      outcome: "denied",
      remaining: 0,
      retryAfterMs: 2_100,
      resetMs: 100,
    } as const;
    expect(legacyFields(denied, policies)[5]).toBe(retryAfterField(denied));
    expect(legacyFields({ ...denied, retryAfterMs: Number.POSITIVE_INFINITY }, policies)[5]).toBe("1");
  });

  it("are left out when nothing is known", () => {
    expect(legacyFields({ ...allowed, quotas: [] }, policies)).toEqual([]);
    expect(legacyFields({ ...allowed, policy: "another" }, policies)).toEqual([]);
  });
});
