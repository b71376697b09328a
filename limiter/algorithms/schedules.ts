import fc from "fast-check";
import type { AgedCost } from "../fallback/cost-cells.ts";
import type { Policy } from "../policy.ts";
import type { Algorithm } from "./algorithm.ts";
import type { Step } from "./stepped-clock.ts";

/** For tests: a policy, and what happens to one key under it. */
export interface Schedule {
  readonly policy: Policy;
  readonly steps: readonly Step[];
}

export interface ScheduleOptions {
  /** May step back, or only stand still and go on. */
  readonly clock: "any" | "forward" | "backward";
  /** What happens besides decisions. @default none */
  readonly also?: readonly ("peek" | "refund" | "merge" | "change")[];
}

const STARTED_US = 1_789_000_000_123_456;

/** For tests: odd policies that `algorithm` can keep. */
export function policies({ mistakes }: Algorithm): fc.Arbitrary<Policy> {
  return fc
    .record({
      limit: fc.constantFrom(1, 3, 7, 1_000, 1_000_003, 999_999_999_999_989),
      windowMs: fc.constantFrom(250, 1_500, 2_592_000_000),
      burst: fc.constantFrom(0, 1, 5, 5_000),
    })
    .map(({ limit, windowMs, burst }) => ({ name: "p", limit, windowMs, ...(burst === 0 ? {} : { burst }) }))
    .filter((policy) => mistakes(policy).length === 0);
}

/** For tests: random lives of one key, with waits and costs around those at which something changes. */
export function schedules(algorithm: Algorithm, options: ScheduleOptions): fc.Arbitrary<Schedule> {
  const { clock, also = [] } = options;
  return policies(algorithm).chain((policy) => {
    const changed = also.includes("change") ? policies(algorithm) : fc.constant(policy);
    const kinds = also.filter((kind) => kind !== "change");
    const step = fc.record({
      byUs: clock === "backward" ? backward(policy) : clock === "forward" ? forward(policy) : anyway(policy),
      cost: costs(policy),
      kind: fc.oneof(
        { weight: 3, arbitrary: fc.constant("decide" as const) },
        fc.constantFrom("decide", ...kinds),
      ),
      ageUs: also.includes("refund") ? fc.oneof(fc.constant(-1), ages(policy)) : fc.constant(0),
      entries: also.includes("merge") ? additions(policy) : fc.constant([]),
      policy: seldom(8, changed),
      // To the next multiple of the window instead, or beside it.
      border: clock === "backward" ? fc.constant(undefined) : seldom(5, fc.constantFrom(-1, 0, 1)),
    });
    return fc.array(step, { minLength: 1, maxLength: 40 }).map((raw) => {
      let atUs = STARTED_US;
      const windowUs = policy.windowMs * 1_000;
      const steps = raw.map(({ byUs, border, policy: next, ...rest }) => {
        const toBorderUs = windowUs - (atUs % windowUs);
        atUs += border === undefined ? byUs : Math.max(0, toBorderUs + border);
        return { ...rest, atUs, ...(next === undefined ? {} : { policy: next }) };
      });
      return { policy, steps };
    });
  });
}

/** Undefined, but once in `times`. */
function seldom<T>(times: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

function forward({ limit, windowMs }: Policy): fc.Arbitrary<number> {
  const windowUs = windowMs * 1_000;
  const paceUs = Math.ceil(windowUs / limit);
  return fc.oneof(
    fc.constantFrom(0, 0, 1, paceUs - 1, paceUs),
    fc.integer({ min: 0, max: windowUs }),
    fc.constantFrom(windowUs - 1, windowUs, 2 * windowUs, 31_536_000_000_000),
    fc.integer({ min: 0, max: 8 }).map((tenths) => Math.floor((tenths * windowUs) / 10)),
  );
}

/** What was admitted elsewhere in the last two windows and a bit, in any order. */
function additions(policy: Policy): fc.Arbitrary<AgedCost[]> {
  return fc.array(fc.record({ ageUs: ages(policy), cost: costs(policy) }), { maxLength: 5 });
}

/** Up to two windows and a bit. */
function ages({ windowMs }: Policy): fc.Arbitrary<number> {
  const windowUs = windowMs * 1_000;
  return fc.oneof(
    fc.constantFrom(0, 1, windowUs - 1, windowUs, 2 * windowUs),
    fc.integer({ min: 0, max: Math.ceil(2.2 * windowUs) }),
    fc.integer({ min: 0, max: 8 }).map((tenths) => Math.floor((tenths * windowUs) / 10)),
  );
}

function backward({ windowMs }: Policy): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(0, -1), fc.integer({ min: -3_000 * windowMs, max: 0 }));
}

function anyway(policy: Policy): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 5, arbitrary: forward(policy) },
    { weight: 1, arbitrary: backward(policy) },
    { weight: 1, arbitrary: fc.constant(-3_600_000_000) },
  );
}

function costs({ limit, burst = limit }: Policy): fc.Arbitrary<number> {
  return fc.oneof(
    fc.constant(1),
    fc.integer({ min: 1, max: Math.max(1, Math.ceil(limit / 3)) }),
    fc.constantFrom(limit, limit + 1, burst, burst + 1),
  );
}
