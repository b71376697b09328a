import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ALGORITHMS } from "../limiter-options.ts";
import type { Policy } from "../policy.ts";
import type { Algorithm } from "./algorithm.ts";
import { policies, type Schedule, schedules } from "./schedules.ts";
import {
  answerOf,
  inEveryWay,
  localAnswer,
  localAnswers,
  type Step,
  type SteppedAnswer,
  steppedAnswers,
} from "./stepped-clock.ts";

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(() => redis.quit());

/** Plays on a key of its own, which is gone afterwards. */
async function play(algorithm: Algorithm, { policy, steps }: Schedule): Promise<SteppedAnswer[]> {
  const key = `test:algorithms:${randomUUID()}`;
  const answers = await steppedAnswers(redis, algorithm, policy, key, steps);
  await redis.del(key);
  return answers;
}

/** The longest horizon of the policies up to each step: what a key was given under one, another does not shorten. */
function horizonsMs(algorithm: Algorithm, schedule: Schedule): number[] {
  let longest = algorithm.promises(schedule.policy).stateHorizonMs;
  return policiesOf(schedule).map((policy) => {
    longest = Math.max(longest, algorithm.promises(policy).stateHorizonMs);
    return longest;
  });
}

/** The policy of each step. */
function policiesOf({ policy, steps }: Schedule): Policy[] {
  let current = policy;
  return steps.map(({ policy: changed = current }) => {
    current = changed;
    return current;
  });
}

describe.each(inEveryWay(Object.values(ALGORITHMS)))("$way", ({ algorithm }) => {
  const { local, promises } = algorithm;
  /** All that can be spent at once. */
  const capacity = (policy: Policy) => local(policy).peek(0, 1).remaining;
  const everything = schedules(algorithm, { clock: "any", also: ["peek", "refund", "merge", "change"] });
  const forwards = schedules(algorithm, { clock: "forward" });

  it("decides in Redis as in memory, to the microsecond, whatever the clock and the policies do", async () => {
    await fc.assert(
      fc.asyncProperty(everything, async (schedule) => {
        const answers = await play(algorithm, schedule);
        expect(answers.map(answerOf)).toEqual(localAnswers(algorithm, schedule.policy, schedule.steps));
      }),
      { numRuns: 400 },
    );
  });

  it("never makes anybody wait longer than its horizon, and its keys live no longer", async () => {
    await fc.assert(
      fc.asyncProperty(everything, async (schedule) => {
        const policyOf = policiesOf(schedule);
        const longest = horizonsMs(algorithm, schedule);
        const answers = await play(algorithm, schedule);
        for (const [index, { retryUs, resetUs, lifeMs, bytes }] of answers.entries()) {
          const policy = policyOf[index] ?? schedule.policy;
          const { stateHorizonMs } = promises(policy);
          expect(retryUs).toBeLessThanOrEqual(stateHorizonMs * 1_000);
          expect(resetUs).toBeLessThanOrEqual(stateHorizonMs * 1_000);
          expect(lifeMs.least).toBeLessThanOrEqual(longest[index] ?? 0);
          expect(bytes > 0).toBe(lifeMs.least !== -2);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("lets no key die while anything that it holds counts, nor outlive its horizon", async () => {
    await fc.assert(
      fc.asyncProperty(everything, async ({ policy, steps }) => {
        const answers = await play(algorithm, { policy, steps });
        const policyOf = policiesOf({ policy, steps });
        const longest = horizonsMs(algorithm, { policy, steps });
        const state = local(policy);
        let life = { leastUs: 0, mostUs: 0 };
        for (const [index, step] of steps.entries()) {
          const { allowed, merged } = localAnswer(state, step);
          const lifeMs = answers[index]?.lifeMs ?? { least: 0, most: 0 };
          const isAdmitted = allowed && step.kind === "decide";
          if (lifeMs.most > 0) {
            life = { leastUs: step.atUs + lifeMs.least * 1_000, mostUs: step.atUs + lifeMs.most * 1_000 };
          } else if (!isAdmitted && merged === 0) continue;
          const current = policyOf[index] ?? policy;
          const remaining = capacity(current);
          expect(state.peek(life.mostUs, 1)).toMatchObject({ remaining, resetUs: 0 });
          expect(life.leastUs).toBeLessThanOrEqual(step.atUs + (longest[index] ?? 0) * 1_000);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("admits after exactly the wait that it names, not a microsecond sooner; reset is such a wait too", async () => {
    await fc.assert(
      fc.asyncProperty(everything, async ({ policy, steps }) => {
        const answers = localAnswers(algorithm, policy, steps);
        const denied = answers.findLastIndex(({ retryUs }) => retryUs > 0);
        const [step, answer] = [steps[denied], answers[denied]];
        if (step === undefined || answer === undefined) return;
        const cost = step.kind === "refund" || step.kind === "merge" ? 1 : step.cost;
        const peek = (byUs: number, ofCost = cost): Step => ({
          kind: "peek",
          atUs: step.atUs + byUs,
          cost: ofCost,
        });
        const asked = [peek(0, answer.remaining + 1), peek(answer.retryUs - 1), peek(answer.retryUs)];
        const played = await play(algorithm, { policy, steps: [...steps.slice(0, denied + 1), ...asked] });
        const [more, before, after] = played.slice(-3);
        expect(more?.retryUs).toBe(answer.resetUs);
        expect(before).toMatchObject({ allowed: false, retryUs: 1 });
        expect(after?.allowed).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it("is the same after a denial, and after a refund of all that was just admitted", async () => {
    await fc.assert(
      fc.asyncProperty(forwards, async ({ policy, steps }) => {
        const answers = (await play(algorithm, { policy, steps })).map(answerOf);
        const admitted = steps.filter((_, index) => answers[index]?.allowed);
        expect((await play(algorithm, { policy, steps: admitted })).map(answerOf)).toEqual(
          answers.filter(({ allowed }) => allowed),
        );
        const last = admitted.at(-1);
        if (last === undefined) return;
        const peek: Step = { kind: "peek", atUs: last.atUs, cost: 1 };
        const without = await play(algorithm, { policy, steps: [...admitted.slice(0, -1), peek] });
        const undone = await play(algorithm, { policy, steps: [...admitted, { ...last, kind: "refund" }] });
        expect({ ...undone.map(answerOf).at(-1), refunded: 0 }).toEqual(without.map(answerOf).at(-1));
      }),
      { numRuns: 100 },
    );
  });

  it("admits under one set of limits nothing that it would not have admitted, had nobody asked under another", async () => {
    const others = policies(algorithm);
    await fc.assert(
      fc.asyncProperty(
        forwards,
        others,
        fc.infiniteStream(fc.boolean()),
        async (schedule, other, isOther) => {
          const { policy } = schedule;
          // A bucket leaks at the pace of whoever is admitted next.
          const limit = algorithm.name === "gcra" ? Math.min(other.limit, policy.limit) : other.limit;
          const second = { ...other, limit, windowMs: policy.windowMs };
          if (algorithm.mistakes(second).length > 0) return;
          const steps = schedule.steps.map((step) => ({
            ...step,
            policy: isOther.next().value === true ? second : policy,
          }));
          const answers = await play(algorithm, { policy, steps });
          const first = steps.filter((step, i) => step.policy === policy && answers[i]?.allowed);
          expect(localAnswers(algorithm, policy, first).every(({ allowed }) => allowed)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("admits no more than it could at once while the clock only steps back", async () => {
    await fc.assert(
      fc.asyncProperty(schedules(algorithm, { clock: "backward" }), async ({ policy, steps }) => {
        const answers = await play(algorithm, { policy, steps });
        const admitted = steps.reduce(
          (sum, { cost }, index) => sum + (answers[index]?.allowed ? cost : 0),
          0,
        );
        expect(admitted).toBeLessThanOrEqual(capacity(policy));
      }),
      { numRuns: 100 },
    );
  });

  it("denies a cost above its capacity for ever, and writes nothing for it", async () => {
    const policy = { name: "p", limit: 7, windowMs: 1_500 };
    const steps = [0, 1, 9_999_999_999].map((byUs) => ({ atUs: 1_789_000_000_000_000 + byUs, cost: 8 }));
    for (const { retryUs, remaining, resetUs, bytes } of await play(algorithm, { policy, steps }))
      expect({ retryUs, remaining, resetUs, bytes }).toEqual({
        retryUs: -1,
        remaining: 7,
        resetUs: 0,
        bytes: 0,
      });
  });

  it("is the same whether cost was admitted here or is merged later by its age", async () => {
    await fc.assert(
      fc.asyncProperty(forwards, fc.nat(3_000_000), async ({ policy, steps }, laterUs) => {
        const answers = localAnswers(algorithm, policy, steps);
        const admitted = steps.filter((_, index) => answers[index]?.allowed);
        const atUs = (admitted.at(-1)?.atUs ?? 0) + laterUs;
        const entries = admitted.map((step) => ({ ageUs: atUs - step.atUs, cost: step.cost }));
        const peek: Step = { kind: "peek", atUs, cost: 1 };
        const here = (await play(algorithm, { policy, steps: [...admitted, peek] })).at(-1);
        const merge: Step = { kind: "merge", atUs, cost: 1, entries };
        const [merged] = await play(algorithm, { policy, steps: [merge] });
        expect({ ...merged, merged: 0 }).toMatchObject({
          remaining: here?.remaining,
          resetUs: here?.resetUs,
        });
        expect(merged?.lifeMs.least ?? 0).toBeLessThanOrEqual(promises(policy).stateHorizonMs);
      }),
      { numRuns: 100 },
    );
  });

  it("forgets nothing that it holds when it merges what was admitted before, between and after", async () => {
    await fc.assert(
      fc.asyncProperty(forwards, fc.infiniteStream(fc.boolean()), async ({ policy, steps }, isHere) => {
        const answers = localAnswers(algorithm, policy, steps);
        const admitted = steps.filter((_, index) => answers[index]?.allowed);
        const parts = admitted.map((step) => ({ step, here: isHere.next().value === true }));
        const atUs = admitted.at(-1)?.atUs ?? 0;
        const peek: Step = { kind: "peek", atUs, cost: 1 };
        const entries = parts
          .filter(({ here }) => !here)
          .map(({ step }) => ({ ageUs: atUs - step.atUs, cost: step.cost }));
        const here = parts.filter((part) => part.here).map(({ step }) => step);
        const merge: Step = { kind: "merge", atUs, cost: 1, entries };
        const whole = (await play(algorithm, { policy, steps: [...admitted, peek] })).at(-1);
        const mixed = (await play(algorithm, { policy, steps: [...here, merge, peek] })).at(-1);
        // A bucket does not know when it was empty, and takes it that it never was.
        if (algorithm.name === "gcra") expect(mixed?.remaining).toBeLessThanOrEqual(whole?.remaining ?? 0);
        else expect(mixed).toMatchObject({ remaining: whole?.remaining, resetUs: whole?.resetUs });
      }),
      { numRuns: 100 },
    );
  });

  it("counts what is merged beyond its capacity, and admits again only when it has ended", async () => {
    const policy = { name: "p", limit: 4, windowMs: 1_500 };
    const atUs = 1_789_000_000_000_000 - 1;
    const entries = [3, 2, 1, 0].map((ageUs) => ({ ageUs, cost: 3 }));
    const [over, still] = await play(algorithm, {
      policy,
      steps: [
        { kind: "merge", atUs, cost: 1, entries },
        { kind: "peek", atUs, cost: 4 },
      ],
    });
    expect(over).toMatchObject({ allowed: false, remaining: 0, merged: algorithm.name === "gcra" ? 4 : 12 });
    expect(still?.retryUs).toBeGreaterThan(0);
  });

  it("admits after a refund nothing that it would not have admitted, had the charge never been made", async () => {
    const later = fc.array(fc.nat(2_000_000), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        forwards,
        fc.nat(),
        fc.nat(400_000),
        fc.nat(900_000),
        later,
        async (schedule, pick, waitUs, moreUs, waits) => {
          const { policy, steps } = schedule;
          const answers = await play(algorithm, schedule);
          const admitted = steps.filter(({ kind = "decide" }, i) => kind === "decide" && answers[i]?.allowed);
          const charge = admitted[pick % Math.max(1, admitted.length)];
          if (charge === undefined) return;
          const nowUs = (admitted.at(-1)?.atUs ?? 0) + waitUs;
          const ageUs = nowUs - charge.atUs + moreUs;
          let atUs = nowUs;
          const peeks = waits.map((byUs): Step => {
            atUs += byUs;
            return { kind: "peek", atUs, cost: 1 };
          });
          const refund: Step = { kind: "refund", atUs: nowUs, cost: charge.cost, ageUs };
          const refunded = (await play(algorithm, { policy, steps: [...admitted, refund, ...peeks] })).slice(
            -peeks.length,
          );
          const without = admitted.filter((step) => step !== charge);
          const never = (await play(algorithm, { policy, steps: [...without, ...peeks] })).slice(
            -peeks.length,
          );
          for (const [i, { remaining }] of refunded.entries())
            expect(remaining).toBeLessThanOrEqual(never[i]?.remaining ?? Number.NaN);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("gives nothing back when there is nothing, makes no key of it, and lets none live longer", async () => {
    await fc.assert(
      fc.asyncProperty(forwards, fc.nat(3_000_000), async ({ policy, steps }, laterUs) => {
        const atUs = (steps.at(-1)?.atUs ?? 0) + laterUs;
        const refund: Step = { kind: "refund", atUs, cost: 1 };
        const [before, after] = (await play(algorithm, { policy, steps: [...steps, refund] })).slice(-2);
        const [alone] = await play(algorithm, { policy, steps: [refund] });
        expect(alone).toMatchObject({ refunded: 0, bytes: 0, remaining: capacity(policy) });
        if (before === undefined || after === undefined || before.lifeMs.least < 0 || after.lifeMs.least < 0)
          return;
        expect(after.lifeMs.least).toBeLessThanOrEqual(before.lifeMs.most - Math.floor(laterUs / 1_000) + 1);
      }),
      { numRuns: 60 },
    );
    const policy = { name: "p", limit: 3, windowMs: 250 };
    const { stateHorizonMs } = promises(policy);
    const [, late] = await play(algorithm, {
      policy,
      steps: [
        { atUs: 1_789_000_000_000_000, cost: 3 },
        { kind: "refund", atUs: 1_789_000_000_000_000 + stateHorizonMs * 1_000, cost: 3 },
      ],
    });
    expect(late).toMatchObject({ refunded: 0, remaining: 3 });
  });
});
