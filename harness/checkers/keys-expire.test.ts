import { expect, it } from "vitest";
import { evidenceFromRows } from "../history/evidence-from-rows.ts";
import type { FaultRecord, KeyAudit } from "../history/history.ts";
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
    summary: "No key of this run was in Redis",
  });
  expect(judge([...undeclared, ...claims]).verdict).toBe("inconclusive");
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
