import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evidenceFromRows } from "../history/evidence-from-rows.ts";
import type { FaultRecord, KeyAudit, KeysSeen } from "../history/history.ts";
import { declaredPromises } from "../targets/declared-promises.ts";
import { keysExpire } from "./keys-expire.ts";

const policy = { name: "p", limit: 10, windowMs: 2_000 };
const audit: KeyAudit = {
  fromMs: 0,
  untilMs: 1,
  keys: 5_000,
  endless: 0,
  endlessKey: null,
  longestMs: 2_000,
  longestKey: "a",
  sampledKeys: 100,
  sampledBytes: 15_000,
};
const check = (over: Partial<KeyAudit> | null) => {
  const evidence = evidenceFromRows({ policy, rows: [], promises: { stateHorizonMs: 2_000 } });
  const history = over === null ? evidence.history : { ...evidence.history, keyAudit: { ...audit, ...over } };
  return keysExpire().check({ ...evidence, history });
};

it("passes keys that live no longer than is declared, and tells what they take", () => {
  expect(check({})).toMatchObject({ verdict: "pass", numbers: { bytesPerKey: 150 } });
});

it("convicts a key that never expires, and one that lives longer than is declared", () => {
  expect(check({ endless: 2, endlessKey: "b" }).summary).toBe("2 of 5,000 keys never expire, b is one");
  const long = check({ longestMs: 2_100 });
  expect(long.verdict).toBe("fail");
  expect(long.summary).toBe("The key a has 2.1 s left to live, where 2 s are declared");
});

it("allows for a clock of Redis that was set back, by as much as it was", () => {
  const { history, claims } = evidenceFromRows({ policy, rows: [], promises: { stateHorizonMs: 2_000 } });
  const fault: FaultRecord = {
    name: "redis-clock",
    legend: "",
    replicas: [0],
    ...{ fromMs: 0, injectedMs: 1, healingMs: 2, untilMs: 3 },
    losesState: "none",
    clockStepMs: 500,
    verified: "seen",
    healed: "seen",
  };
  const judge = (longestMs: number) =>
    keysExpire().check({
      history: { ...history, faults: [fault], keyAudit: { ...audit, longestMs } },
      claims,
    });
  expect(judge(2_500).verdict).toBe("pass");
  expect(judge(2_600).verdict).toBe("fail");
});

it("convicts only keys that never expire where no life is declared, and tells the longest", () => {
  const { history, claims } = evidenceFromRows({ policy, rows: [] });
  const undeclared = claims.map((claim) => ({
    ...claim,
    promises: declaredPromises({ promise: "sliding-window", fallback: null, clockIsUnread: false })(policy),
  }));
  const judge = (over: Partial<KeyAudit>) =>
    keysExpire().check({ history: { ...history, keyAudit: { ...audit, ...over } }, claims: undeclared });
  const long = judge({ longestMs: 86_400_000 });
  expect(long).toMatchObject({ verdict: "pass", numbers: { longestLifeMs: 86_400_000 } });
  expect(long.numbers).not.toHaveProperty("declaredMs");
  expect(long.summary).toMatch(
    /^All 5,000 keys expire within .*, nothing is declared; a key takes 150 bytes$/,
  );
  expect(judge({ endless: 1, endlessKey: "b" }).verdict).toBe("fail");
});

it("does not apply to who says nothing of keys, and has none in Redis", () => {
  const { history, claims } = evidenceFromRows({ policy, rows: [] });
  const undeclared = claims.map((claim) => ({
    ...claim,
    promises: declaredPromises({ promise: "token-bucket", fallback: null, clockIsUnread: false })(policy),
  }));
  const none = { ...audit, keys: 0, longestMs: 0, longestKey: null, sampledKeys: 0, sampledBytes: 0 };
  const judge = (promised: typeof claims) =>
    keysExpire().check({ history: { ...history, keyAudit: none }, claims: promised });
  expect(judge(undeclared)).toMatchObject({
    verdict: "not-applicable",
    summary: "No key that names a subject of this run was in Redis",
  });
  expect(judge([...undeclared, ...claims]).verdict).toBe("inconclusive");
});

describe("keys that name nobody who asked", () => {
  const asked = (subjects: number, over: Partial<KeyAudit>, seen: Partial<KeysSeen>) => {
    const { history, claims } = evidenceFromRows({ policy, rows: [] });
    const named = { ...audit, keys: 0, longestMs: 0, longestKey: null, sampledKeys: 0, sampledBytes: 0 };
    const keyAudit = { ...named, ...over, unnamed: { ...named, ...seen } };
    const names = Array.from({ length: subjects }, (_, index) => `tail-${index + 1}`);
    const undeclared = claims.map((claim) => ({
      ...claim,
      promises: declaredPromises({ promise: "sliding-window", fallback: null, clockIsUnread: false })(policy),
    }));
    return keysExpire().check({ history: { ...history, subjects: names, keyAudit }, claims: undeclared });
  };

  it("convict if they stay and are as many as who asked: more than any fixed set that is shared", () => {
    const each = { keys: 28_000, endless: 28_000, endlessKey: "5f0c" };
    expect(asked(28_000, {}, each)).toMatchObject({
      verdict: "fail",
      summary: "28,000 keys never expire, 5f0c is one: as many as the 28,000 subjects that asked",
    });
  });

  it("do not convict who spreads all subjects over as many keys as Redis has slots, however evenly", () => {
    const counts = fc.integer({ min: 1, max: 200_000 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 16_384 }), (subjects, set) => {
        const endless = Math.min(subjects, set);
        expect(asked(subjects, {}, { keys: endless, endless, endlessKey: "slot:1" }).verdict).not.toBe(
          "fail",
        );
      }),
      { numRuns: 30, examples: [[16_384, 16_384]] },
    );
  });

  it("leave it open if they are many, and do not matter if they are few", () => {
    expect(asked(2_000, {}, { keys: 2_000, endless: 2_000, endlessKey: "5f0c" }).verdict).toBe(
      "inconclusive",
    );
    const few = { keys: 3, endless: 3, endlessKey: "config" };
    const finding = asked(28_000, { keys: 5_000, longestMs: 2_000, longestKey: "a" }, few);
    expect(finding).toMatchObject({ verdict: "pass", numbers: { unnamedKeysWithoutExpiry: 3 } });
    expect(finding.notes).toEqual(["3 keys that name nobody who asked never expire, config is one"]);
    expect(asked(28_000, {}, few)).toMatchObject({
      verdict: "not-applicable",
      summary: "No key of this run was in Redis",
    });
  });

  it("pass if they expire", () => {
    const brief = { keys: 28_000, longestMs: 30_000, longestKey: "5f0c" };
    expect(asked(28_000, {}, brief)).toMatchObject({
      verdict: "pass",
      summary: "All 28,000 keys expire within 30 s, nothing is declared",
    });
  });
});

it("is inconclusive where hardly a key was left, and does not apply where nobody could look", () => {
  expect(check({ keys: 3 }).verdict).toBe("inconclusive");
  expect(check(null).verdict).toBe("not-applicable");
});

it("does not apply to who declares to keep nothing, and keeps nothing", () => {
  const { history, claims } = evidenceFromRows({ policy, rows: [], promises: { stateHorizonMs: 0 } });
  const judge = (over: Partial<KeyAudit>) =>
    keysExpire().check({ history: { ...history, keyAudit: { ...audit, ...over } }, claims });
  expect(judge({ keys: 0, longestMs: 0 }).verdict).toBe("not-applicable");
  expect(judge({ keys: 1, longestMs: 1_000 }).verdict).toBe("fail");
  expect(judge({ keys: 1, endless: 1, endlessKey: "b" }).verdict).toBe("fail");
});
