import { expect, test } from "vitest";
import { allocateRequests } from "../history/requests.ts";
import { constant } from "./constant.ts";
import { compileSchedule, fillRequests, type PhaseLoad, startPhase } from "./schedule.ts";
import { zipfKeys } from "./zipf-keys.ts";

const paced: PhaseLoad = {
  name: "baseline",
  load: constant({ ratePerSecond: 1000, durationMs: 300, keys: zipfKeys({ tailKeys: 9 }), cost: 2 }),
};
const saturating: PhaseLoad = {
  name: "blast",
  saturate: {
    requests: 1000,
    keys: [
      { key: "hot", share: 0.9 },
      { key: "tail-1", share: 0.1 },
    ],
  },
};
const options = { seed: 4, replicas: 3 };

test("phases follow each other row by row and share the subjects", () => {
  const schedule = compileSchedule([paced, saturating], options);
  expect(schedule.phases).toEqual([
    { fromRow: 0, untilRow: 300 },
    { fromRow: 300, untilRow: 1300 },
  ]);
  expect(new Set(schedule.subjects).size).toBe(schedule.subjects.length);
  const hot = schedule.subjects.indexOf("hot");
  const share = schedule.subject.subarray(300).filter((subject) => subject === hot).length / 1000;
  expect(share).toBeCloseTo(0.9, 1);
});

test("a phase keeps its arrivals when another one is put before it", () => {
  const alone = compileSchedule([paced], options);
  const second = compileSchedule([saturating, paced], options);
  const keysOf = ({ subject, subjects }: typeof alone, from: number, until: number) =>
    Array.from(subject.subarray(from, until), (index) => subjects[index]);
  expect(keysOf(second, 1000, 1300)).toEqual(keysOf(alone, 0, 300));
  expect(second.replica.subarray(1000)).toEqual(alone.replica);
});

test("another seed gives other keys", () => {
  expect(compileSchedule([paced], { ...options, seed: 5 }).subject).not.toEqual(
    compileSchedule([paced], options).subject,
  );
});

test("rows hold the schedule, and a phase that starts makes its instants absolute", () => {
  const schedule = compileSchedule([paced, saturating], options);
  const requests = allocateRequests(schedule.count);
  fillRequests(requests, schedule);
  startPhase(requests, { fromRow: 0, untilRow: 300 }, 5000);
  expect(requests.intendedMs[0]).toBe(5000);
  expect(requests.intendedMs[299]).toBe(5299);
  expect(requests.intendedMs[300]).toBeNaN();
  expect([...new Set(requests.cost.subarray(0, 300))]).toEqual([2]);
  expect([...new Set(requests.replica.subarray(0, 300))].sort()).toEqual([0, 1, 2]);
  expect([requests.phase[0], requests.phase[300]]).toEqual([0, 1]);
  expect([requests.outcome[0], requests.remaining[0]]).toEqual([0, -1]);
  expect(requests.sentMs[0]).toBeNaN();
});

test("a load that breaks its contract is named", () => {
  const phase = (arrivals: { atMs: number; key: string; replica?: number; cost?: number }[]): PhaseLoad => ({
    name: "odd",
    load: { durationMs: 10, arrivals: () => arrivals },
  });
  const compile = (arrivals: Parameters<typeof phase>[0]) => () =>
    compileSchedule([phase(arrivals)], options);
  expect(
    compile([
      { atMs: 2, key: "a" },
      { atMs: 1, key: "a" },
    ]),
  ).toThrow(/Phase odd: an arrival at 1 ms is out of order/);
  expect(compile([{ atMs: 10, key: "a" }])).toThrow(/outside \[0, 10\)/);
  expect(compile([{ atMs: 1, key: "a", replica: 3 }])).toThrow(/no replica 3 among 3/);
  expect(compile([{ atMs: 1, key: "a", cost: 0.5 }])).toThrow(
    /whole, at least 1 and at most 2147483647, not 0.5/,
  );
  expect(compile([{ atMs: 1, key: "a", cost: 2 ** 31 }])).toThrow(/at most 2147483647, not 2147483648/);
  expect(compile([{ atMs: 1, key: "a", cost: 2 ** 31 - 1 }])).not.toThrow();
  expect(compile([{ atMs: 1, key: "a\ud800" }])).toThrow(/A key has half a surrogate pair: "a\\ud800"/);
  expect(compile([{ atMs: 1, key: "a\u{1f6a7}" }])).not.toThrow();
  expect(() => compileSchedule([{ ...phase([]), name: "\udc00" }], options)).toThrow(/name of a phase/);
});

test("a million arrivals take some 18 bytes each, not an object each", () => {
  const load = constant({ ratePerSecond: 1_000_000, durationMs: 1000, keys: () => "a" });
  const { count, atMs, subject, cost, replica } = compileSchedule([{ name: "many", load }], options);
  expect(count).toBe(1_000_000);
  const bytes = [atMs, subject, cost, replica].reduce((sum, column) => sum + column.buffer.byteLength, 0);
  expect(bytes / count).toBeLessThan(2 * 18 + 2);
});
