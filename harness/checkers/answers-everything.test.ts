import { describe, expect, it } from "vitest";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { PhaseSpan } from "../history/history.ts";
import { answersEverything } from "./answers-everything.ts";

const policy = { name: "burst", limit: 10, windowMs: 1_000 };
const phase: PhaseSpan = { name: "burst", fromMs: 0, untilMs: 1_000, model: "open", role: "judged" };

function rows(last: Partial<Row>, lateMs = 0): Row[] {
  const answered: Row[] = Array.from({ length: 999 }, (_, i) => ({
    intendedMs: i,
    sentMs: i + lateMs,
    receivedMs: i + lateMs + 1,
    phase: "burst",
  }));
  return [...answered, { intendedMs: 999, sentMs: 999 + lateMs, phase: "burst", ...last }];
}

const check = (all: Row[], options = {}) =>
  answersEverything(options).check(evidenceFromRows({ policy, rows: all, phases: [phase] }));

describe("answers-everything", () => {
  it("passes when every request was answered", () => {
    expect(check(rows({ receivedMs: 1_000, outcome: "denied" })).verdict).toBe("pass");
  });

  it("fails for one lost request, one error and one refusal, unless so much is allowed", () => {
    const lost = rows({});
    expect(check(lost)).toMatchObject({ verdict: "fail", summary: "Of 1,000 requests 1 got no answer" });
    expect(check(lost, { maxUnansweredShare: 0.001 }).verdict).toBe("pass");
    const error = rows({ receivedMs: 1_000, outcome: "error" });
    expect(check(error).verdict).toBe("fail");
    expect(check(error, { maxErrorShare: 0.001 }).verdict).toBe("pass");
    const unavailable = rows({ receivedMs: 1_000, outcome: "unavailable" });
    expect(check(unavailable).verdict).toBe("fail");
    expect(check(unavailable, { maxUnavailableShare: 0.001 }).verdict).toBe("pass");
  });

  it("is inconclusive on a machine that was busy, but an error is an error on any machine", () => {
    expect(check(rows({}, 40))).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("the schedule was not kept"),
    });
    expect(check(rows({ receivedMs: 1_100, outcome: "error" }, 40)).verdict).toBe("fail");
  });

  it("is inconclusive without traffic", () => {
    expect(check([]).verdict).toBe("inconclusive");
  });
});
