import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { letIn } from "./decision.ts";
import { ALGORITHMS, type AlgorithmName, type LimiterPolicy } from "./limiter-options.ts";
import type { RequestLimits } from "./middleware/asked-limiter.ts";
import { fieldWriter } from "./middleware/field-writer.ts";
import { questions } from "./questions.ts";

const algorithms = Object.keys(ALGORITHMS) as AlgorithmName[];
const whole = fc.integer({ min: 1, max: 1_000 });
const perhaps = fc.option(whole, { nil: undefined });

/** A policy, and a plan that it can keep. */
const cases = fc
  .record({
    algorithm: fc.constantFrom(...algorithms),
    limit: whole,
    own: perhaps,
    sizes: fc.tuple(perhaps, perhaps),
  })
  .map(({ algorithm, limit, own, sizes }) => {
    const [burst, ownBurst] = ALGORITHMS[algorithm].takesBurst ? sizes : [];
    const policy: LimiterPolicy = {
      name: "p",
      limit,
      windowMs: 1_000,
      algorithm,
      ...(burst === undefined ? {} : { burst }),
    };
    return { policy, plan: { limit: own, burst: ownBurst } };
  });

const asked = ({ policy, plan }: { policy: LimiterPolicy; plan: RequestLimits[string] }) => {
  const put = questions([policy], { algorithm: "sliding-log", prefix: "test" });
  const row = (put.rowsOf({ p: plan }) ?? [])[0] ?? [0, 0, 0, 0];
  return { put, row, held: put.policyOf(row) };
};

const fieldsOf = (policy: LimiterPolicy, plan: RequestLimits[string]) => {
  const { policy: name, ...rest } = letIn("p");
  const quota = { policy: name, remaining: 0, retryAfterMs: 0, resetMs: 0 };
  const written = fieldWriter([policy], { legacy: true })(
    { ...rest, policy: name, quotas: [quota] },
    { p: plan },
  );
  return new Map(written.flatMap((name, i) => (i % 2 === 0 ? [[name, written[i + 1]] as const] : [])));
};

describe("the limits of a request", () => {
  it("are enforced as clients are told", () => {
    fc.assert(
      fc.property(cases, ({ policy, plan }) => {
        const { held } = asked({ policy, plan });
        const algorithm = ALGORITHMS[policy.algorithm ?? "sliding-log"];
        const { remaining } = algorithm.local(held).peek(0, 1);
        expect(fieldsOf(policy, plan).get("X-RateLimit-Limit")).toBe(String(remaining));
      }),
    );
  });

  it("reach the script as they hold, and say so in RateLimit-Policy", () => {
    fc.assert(
      fc.property(cases, ({ policy, plan }) => {
        const { row, held } = asked({ policy, plan });
        const algorithm = ALGORITHMS[policy.algorithm ?? "sliding-log"];
        expect(row.slice(1)).toEqual(algorithm.numbers(held));
        const told = /;q=(\d+);w=1(?:;gatecrash-burst=(\d+))?$/.exec(
          fieldsOf(policy, plan).get("RateLimit-Policy") ?? "",
        );
        const limit = Number(told?.[1]);
        const burst = Number(told?.[2] ?? limit);
        expect(algorithm.numbers({ name: "p", windowMs: 1_000, limit, burst })).toEqual(row.slice(1));
      }),
    );
  });

  it("make a bucket as large as a limit that comes without a burst", () => {
    const policy: LimiterPolicy = { name: "p", limit: 10, windowMs: 1_000, algorithm: "gcra", burst: 20 };
    const rowFor = (plan: RequestLimits[string]) => asked({ policy, plan }).row;
    expect(rowFor({ limit: 1_000 })).toEqual([1, 1, 1_000, 1_000]);
    expect(rowFor({ limit: 10 })).toEqual([1, 1, 100_000, 10]);
    expect(rowFor({ burst: 5 })).toEqual([1, 1, 100_000, 5]);
    expect(rowFor({})).toEqual([1, 1, 100_000, 20]);
  });

  it("are refused under a name that limits nothing", () => {
    const policy: LimiterPolicy = { name: "p", limit: 10, windowMs: 1_000 };
    const plan = { limti: 5 } as RequestLimits[string];
    expect(() => asked({ policy, plan })).toThrow(
      new RangeError('limits of "p" has limti, which is no limit; give limit, burst, or both'),
    );
  });

  it.each([
    [null, "limits is null; give { policy: { limit } }"],
    [{ p: null }, 'limits of "p" is null; give { limit }'],
    [{ p: 5 }, 'limits of "p" is 5; give { limit }'],
  ])("are refused where they are %o", (limits, sentence) => {
    const put = questions([{ name: "p", limit: 10, windowMs: 1_000 }], { algorithm: "gcra", prefix: "test" });
    expect(() => put.rowsOf(limits as unknown as Record<string, RequestLimits[string]>)).toThrow(
      new RangeError(sentence),
    );
  });

  it("are refused with a burst that nobody would keep", () => {
    const policy: LimiterPolicy = { name: "p", limit: 10, windowMs: 1_000 };
    expect(() => asked({ policy, plan: { limit: 20, burst: 40 } })).toThrow(
      new RangeError(
        'limits of "p": burst is the capacity of a bucket, and sliding-log has none; leave it out, or choose gcra',
      ),
    );
  });
});
