import { setImmediate as endOfTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Asking, Batch } from "./batch.ts";
import { batchQueue } from "./batch-queue.ts";

const asking: Asking = {
  mode: "decide",
  cost: 1,
  keys: ["k"],
  rows: undefined,
  answered() {},
  failed() {},
  turnedOut() {},
};

/** A queue, and how many were asked in each batch that it has sent. */
function queue() {
  const sent: number[] = [];
  const underWay: (() => void)[] = [];
  const { add } = batchQueue(
    () => new Batch("kept", 1),
    (batch, arrived) => {
      sent.push(batch.asked.length);
      underWay.push(arrived);
    },
  );
  return { add: () => add(asking), sent, arrive: () => underWay.shift()?.() };
}

/** When the code that runs now has ended, and what it has put off until then, but nothing else of this turn has run. */
const endOfCode = () => new Promise<void>((resolve) => process.nextTick(resolve));

describe("a batch queue", () => {
  it("lets nobody wait for a turn who asks alone, again and again", async () => {
    const { add, sent, arrive } = queue();
    for (let asked = 1; asked <= 3; asked++) {
      let isOver = false;
      setImmediate(() => {
        isOver = true;
      });
      add();
      await endOfCode();
      expect([sent.length, isOver]).toEqual([asked, false]);
      arrive();
    }
  });

  it("sends together what is asked by the code that runs", async () => {
    const { add, sent } = queue();
    for (let i = 0; i < 3; i++) add();
    expect(sent).toEqual([]);
    await endOfCode();
    expect(sent).toEqual([3]);
  });

  it("gathers until the end of the turn while another batch is under way", async () => {
    const { add, sent, arrive } = queue();
    add();
    await endOfCode();
    add();
    await endOfCode();
    add();
    expect(sent).toEqual([1]);
    await endOfTurn();
    expect(sent).toEqual([1, 2]);
    for (let i = 0; i < 2; i++) arrive();
    add();
    await endOfCode();
    expect(sent).toEqual([1, 2, 1]);
  });

  it("does not wait at all once a batch is full", () => {
    const { add, sent } = queue();
    for (let i = 0; i < 100; i++) add();
    expect(sent).toEqual([48, 48]);
  });
});
