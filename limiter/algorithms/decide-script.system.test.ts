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

/** Runs `asked` as one batch. */
async function run(algorithm: AlgorithmName, asked: readonly Partial<Asking>[], prolongs = true) {
  const { numbers } = ALGORITHMS[algorithm];
  const row: Row = [1, ...numbers(policy)];
  const script = decideScript([ALGORITHMS[algorithm]], [row], 60_000);
  const batch = new Batch(`test-script:kept:${randomUUID()}`, 1);
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
  const args = batch.args({ notAfterUs: Number.MAX_SAFE_INTEGER, sequence: 1, prolongs });
  const reply = (await redis.eval(script.text, batch.keys.length, ...batch.keys, ...args)) as number[];
  batch.answer(reply, (message) => {
    failures.push(message);
    return "error";
  });
  await redis.del(...batch.keys);
  return { answers, failures };
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
