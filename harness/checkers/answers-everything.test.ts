import { describe, expect, it } from "vitest";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { PhaseSpan, RedisPath } from "../history/history.ts";
import { type AnswersEverythingOptions, answersEverything } from "./answers-everything.ts";

const policy = { name: "burst", limit: 10, windowMs: 1_000 };
const phase: PhaseSpan = { name: "burst", fromMs: 0, untilMs: 1_000, model: "open", role: "judged" };

function answered(lateMs = 0): Row[] {
  return Array.from({ length: 999 }, (_, i) => ({
    intendedMs: i,
    sentMs: i + lateMs,
    receivedMs: i + lateMs + 1,
    phase: "burst",
  }));
}

function rows(last: Partial<Row>, lateMs = 0): Row[] {
  return [...answered(lateMs), { intendedMs: 999, sentMs: 999 + lateMs, phase: "burst", ...last }];
}

const check = (all: Row[], options: AnswersEverythingOptions = {}, redisPath?: RedisPath) =>
  answersEverything(options).check(
    evidenceFromRows({
      policy,
      rows: all,
      phases: [phase],
      ...(redisPath === undefined ? {} : { redisPath }),
    }),
  );

describe("answers-everything", () => {
  it("passes when every request was answered", () => {
    expect(check(rows({ receivedMs: 1_000, outcome: "denied" })).verdict).toBe("pass");
  });

  it("fails for one error, and for more lost or refused requests than a stall explains, unless so many are allowed", () => {
    const error = rows({ receivedMs: 1_000, outcome: "error" });
    expect(check(error)).toMatchObject({ verdict: "fail", summary: "Of 1,000 requests 1 got an error" });
    expect(check(error, { maxErrorShare: 0.001 }).verdict).toBe("pass");
    for (const outcome of ["lost", "unavailable"] as const) {
      const many = answered().map((row, i) => (i % 100 === 0 ? { ...row, outcome } : row));
      expect(check(many).verdict).toBe("fail");
      expect(check(many, { maxUnansweredShare: 0.011, maxUnavailableShare: 0.011 }).verdict).toBe("pass");
    }
  });

  it("is inconclusive for a single one, and for many near a stall of the machine", () => {
    expect(check(rows({})).verdict).toBe("inconclusive");
    expect(check(rows({ receivedMs: 1_000, outcome: "unavailable" })).verdict).toBe("inconclusive");
    const cut = answered().map((row, i) =>
      i >= 500 && i < 560 ? { ...row, receivedMs: i + 50, outcome: "unavailable" as const } : row,
    );
    expect(check(cut).verdict).toBe("fail");
    const redisPath = { asked: 100, slow: [{ fromMs: 495, untilMs: 560 }] };
    expect(check(cut, {}, redisPath)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("near one that was seen"),
    });
    const slowControl = [...cut];
    slowControl[510] = {
      ...cut[510],
      sentMs: 510,
      receivedMs: 555,
      subject: "(control)",
      outcome: "control",
    };
    expect(check(slowControl).verdict).toBe("inconclusive");
  });

  it("is inconclusive on a machine that was busy, but an error is an error on any machine", () => {
    const many = answered(40).map((row, i) => (i % 100 === 0 ? { ...row, outcome: "lost" as const } : row));
    expect(check(many)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("the schedule was not kept"),
    });
    expect(check(rows({ receivedMs: 1_100, outcome: "error" }, 40)).verdict).toBe("fail");
  });

  it("is inconclusive without traffic", () => {
    expect(check([]).verdict).toBe("inconclusive");
  });
});
