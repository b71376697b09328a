import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Asking, Batch } from "../batch.ts";
import { ALGORITHMS, type AlgorithmName } from "../limiter-options.ts";
import { decideScript, type Row } from "./decide-script.ts";

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(() => redis.quit());

const policy = { name: "p", limit: 10, windowMs: 3_600_000 };

/** Runs `asked` as one batch, of a caller that is forgotten afterwards if it has no `kept` key. */
async function run(
  algorithm: AlgorithmName,
  asked: readonly Partial<Asking>[],
  prolongs = true,
  kept?: string,
) {
  const { numbers } = ALGORITHMS[algorithm];
  const row: Row = [1, ...numbers(policy)];
  const script = decideScript([ALGORITHMS[algorithm]], [row], 60_000);
  const batch = new Batch(kept ?? `test-script:kept:${randomUUID()}`, 1);
  const answers: number[][] = [];
  const failures: string[] = [];
  for (const [i, one] of asked.entries()) {
    batch.add({
      mode: "decide",
      cost: 1,
      keys: [],
      rows: one.mode === undefined ? undefined : [row],
      answered(reply, at) {
        answers[i] = reply.slice(at, at + 4);
      },
      failed() {},
      turnedOut() {},
      ...one,
    });
  }
  const args = batch.args({ notAfterUs: Number.MAX_SAFE_INTEGER, sequence: 1_000_000_000_001, prolongs });
  const question = [script.text, String(batch.keys.length), ...batch.keys, ...args];
  const raw = (await redis.callBuffer("eval", question)) as Buffer | (number | Buffer)[];
  const reply = Array.isArray(raw)
    ? raw.map((part) => (typeof part === "number" ? part : part.toString()))
    : raw;
  batch.answer(reply, (message) => {
    failures.push(message);
    return "error";
  });
  if (kept === undefined) await redis.del(...batch.keys);
  return { answers, failures, isShort: !Array.isArray(reply) };
}

describe.each(Object.keys(ALGORITHMS) as AlgorithmName[])("the decide script (%s)", (algorithm) => {
  it("merges what was admitted elsewhere between its decisions, each with its own entries", async () => {
    const [ann, ben] = [`test-script:${randomUUID()}`, `test-script:${randomUUID()}`];
    const { answers } = await run(algorithm, [
      { keys: [ann], cost: 4 },
      {
        mode: "merge",
        keys: [ann],
        entries: [
          { ageUs: 0, cost: 2 },
          { ageUs: 0, cost: 1 },
        ],
      },
      { mode: "merge", keys: [ben], entries: [] },
      { mode: "merge", keys: [ben], entries: [{ ageUs: 0, cost: 9 }] },
      { keys: [ann], cost: 4 },
      { keys: [ann], cost: 3 },
      { keys: [ben], cost: 1 },
    ]);
    expect(answers.map((answer) => answer.slice(0, 2))).toEqual([
      [0, 6],
      [0, 3],
      [0, 0],
      [0, 9],
      [1, 3],
      [0, 0],
      [0, 0],
    ]);
  });

  it("answers who asks alone as it answers many, and records it as well", async () => {
    const [kept, alone, together] = [1, 2, 3].map(() => `test-script:${randomUUID()}`) as [
      string,
      string,
      string,
    ];
    const many = await run(
      algorithm,
      Array.from({ length: 12 }, () => ({ keys: [together] })),
    );
    const told = (answer: readonly number[] | undefined) => [...(answer ?? [])].slice(0, 3).map(Math.sign);
    for (let i = 0; i < 12; i++) {
      const one = await run(algorithm, [{ keys: [alone] }], i === 0, kept);
      const [denied, remaining] = one.answers[0] ?? [];
      expect([denied, remaining]).toEqual(many.answers[i]?.slice(0, 2));
      expect(told(one.answers[0])).toEqual(told(many.answers[i]));
      const answersBit = (await redis.getrangeBuffer(kept, 19, 37))[18];
      expect(answersBit).toBe(denied === 0 ? 1 : 0);
      expect(one.isShort).toBe(i > 0 && ALGORITHMS[algorithm].inline !== undefined);
    }
    // Who finds nothing kept, or cannot keep anything, is told so, and has been charged once all the same.
    const spoils = [
      () => redis.del(kept),
      () => redis.set(kept, "short"),
      () => redis.del(kept).then(() => redis.sadd(kept, "a set")),
    ];
    await redis.del(alone);
    for (const [i, spoil] of spoils.entries()) {
      await spoil();
      const { answers, isShort } = await run(algorithm, [{ keys: [alone] }], false, kept);
      expect(answers[0]?.slice(0, 2)).toEqual([0, 9 - i]);
      expect(isShort).toBe(false);
    }
    await redis.del(kept, alone, together);
  });

  it("fails a merge into a key of another type alone", async () => {
    const [wrong, right] = [`test-script:${randomUUID()}`, `test-script:${randomUUID()}`];
    await redis.sadd(wrong, "a set");
    const { answers, failures } = await run(algorithm, [
      {
        mode: "merge",
        keys: [wrong],
        entries: [
          { ageUs: 5, cost: 2 },
          { ageUs: 0, cost: 2 },
        ],
      },
      { keys: [right], cost: 4 },
    ]);
    await redis.del(wrong);
    expect(answers[1]?.slice(0, 2)).toEqual([0, 6]);
    expect(failures).toEqual([expect.stringContaining("WRONGTYPE")]);
  });

  it("fails decisions about a key of another type alone, wherever they stand", async () => {
    for (const costs of [
      [1, 8, 2, 3, 2, 11],
      [1, 1, 1, 1, 1, 1],
    ]) {
      const [wrong, right] = [`test-script:${randomUUID()}`, `test-script:${randomUUID()}`];
      await redis.sadd(wrong, "a set");
      const asked = costs.map((cost, i) => ({ keys: [i % 3 === 0 ? wrong : right], cost }));
      const { answers, failures } = await run(algorithm, asked, costs[1] === 8);
      const answered = [1, 2, 4, 5].map((i) => answers[i]?.slice(0, 3));
      const waits = answered.map((answer) => Math.sign(answer?.[2] ?? 0));
      expect(answered.map((answer) => answer?.slice(0, 2))).toEqual(
        costs[1] === 8
          ? [
              [0, 2],
              [0, 0],
              [1, 0],
              [1, 0],
            ]
          : [9, 8, 7, 6].map((remaining) => [0, remaining]),
      );
      expect(waits).toEqual(costs[1] === 8 ? [0, 0, 1, -1] : [0, 0, 0, 0]);
      expect(failures).toEqual([1, 2].map(() => expect.stringContaining("WRONGTYPE")));
    }
  });
});
