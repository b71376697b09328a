import { expect, it } from "vitest";
import { chaosStory } from "./chaos-story.ts";
import { evidenceFromRows } from "./history/evidence-from-rows.ts";

const story = chaosStory({ about: "Does it keep its word?", faults: () => [] });
const keysExpire = story.checkers.find(({ name }) => name === "keys-expire");

const judged = (left: { readonly keys: number; readonly endless: number } | null) => {
  const { history, claims } = evidenceFromRows({
    policy: { name: "p", limit: 10, windowMs: 2_000 },
    rows: [],
  });
  const keyAudit = left && {
    ...{ fromMs: 0, untilMs: 1, longestMs: 2_000, longestKey: "a", sampledKeys: 0, sampledBytes: 0 },
    ...{ ...left, endlessKey: left.endless === 0 ? null : "b" },
  };
  return keysExpire?.check({ history: keyAudit ? { ...history, keyAudit } : history, claims }).verdict;
};

it("looks at the keys that are left when all has healed", () => {
  expect(story.keyAudit).toBe("at-the-end");
});

it("convicts a single key that stays, as one does whose expiry was cut off", () => {
  expect(judged({ keys: 20, endless: 1 })).toBe("fail");
});

it("takes few keys for enough, and a Redis in which nobody can look for nobody's guilt", () => {
  expect(judged({ keys: 1, endless: 0 })).toBe("pass");
  expect(judged(null)).toBe("not-applicable");
});
