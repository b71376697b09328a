import { describe, expect, it } from "vitest";
import { controlKey } from "../history/control-key.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { FaultRecord, PhaseSpan, RedisPath } from "../history/history.ts";
import { crowdedOut, givenUp } from "../history/requests.ts";
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
    expect(check(error)).toMatchObject({
      verdict: "fail",
      summary: "Of 1,000 requests 1 got an error (status 500: 1)",
    });
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

  it("takes 502 to 504 for what a busy machine does: inconclusive near a stall, and for one; other errors for errors", () => {
    const erring = (status: number, from: number, until: number) =>
      answered().map((row, i) =>
        i >= from && i < until ? { ...row, receivedMs: i + 50, outcome: "error" as const, status } : row,
      );
    const redisPath = { asked: 100, slow: [{ fromMs: 495, untilMs: 560 }] };
    expect(check(rows({ receivedMs: 1_000, outcome: "error", status: 503 })).verdict).toBe("inconclusive");
    expect(check(erring(503, 500, 560), {}, redisPath).verdict).toBe("inconclusive");
    expect(check(erring(503, 500, 560))).toMatchObject({
      verdict: "fail",
      summary: "Of 999 requests 60 were answered 502, 503 or 504",
    });
    expect(check(erring(500, 500, 501), {}, redisPath).verdict).toBe("fail");
  });

  it("accepts refusals in the phases that are named, and only there", () => {
    const fault: PhaseSpan = { ...phase, name: "fault", fromMs: 1_000, untilMs: 2_000 };
    const later = answered().map(
      (row, i): Row => ({
        ...row,
        intendedMs: 1_000 + i,
        sentMs: 1_000 + i,
        receivedMs: 1_001 + i,
        phase: "fault",
        outcome: i % 2 === 0 ? "unavailable" : "allowed",
      }),
    );
    const judge = (rows: Row[], options: AnswersEverythingOptions) =>
      answersEverything(options).check(evidenceFromRows({ policy, rows, phases: [phase, fault] }));
    const both = [...answered(), ...later];
    expect(judge(both, {}).verdict).toBe("fail");
    const accepted = { phases: { fault: { maxUnavailableShare: 0.6 } } };
    expect(judge(both, accepted)).toMatchObject({
      verdict: "pass",
      summary: expect.stringContaining("500 that are accepted"),
    });
    const early = answered().map((row, i): Row => (i % 50 === 0 ? { ...row, outcome: "unavailable" } : row));
    expect(judge([...early, ...later], accepted)).toMatchObject({
      verdict: "fail",
      summary: "Of 999 requests in burst 20 were refused undecided (503)",
    });
    expect(judge(both, { phases: { outage: {} } }).verdict).toBe("inconclusive");
  });

  it("is not excused by a slow Redis where a planned fault has made it slow", () => {
    const withoutRedis = { kind: "open", deadlineMs: 20, probeIntervalMs: 100 } as const;
    const cut = answered().map(
      (row, i): Row => (i >= 500 && i < 560 ? { ...row, receivedMs: i + 50, outcome: "unavailable" } : row),
    );
    const freeze: FaultRecord = {
      name: "redis-freeze",
      legend: "Redis stands still",
      replicas: [0],
      fromMs: 490,
      injectedMs: 491,
      healingMs: 565,
      untilMs: 566,
      losesState: "none",
      breaksRedis: true,
      verified: "silent",
      healed: "answered",
    };
    const redisPath = { asked: 100, slow: [{ fromMs: 495, untilMs: 560 }] };
    const judge = (faults: FaultRecord[]) =>
      answersEverything().check(
        evidenceFromRows({
          policy,
          promises: { withoutRedis },
          rows: cut,
          phases: [phase],
          redisPath,
          faults,
        }),
      );
    expect(judge([]).verdict).toBe("inconclusive");
    expect(judge([{ ...freeze, breaksRedis: false }]).verdict).toBe("inconclusive");
    expect(judge([freeze]).verdict).toBe("fail");
  });

  it("fails where nobody is answered but the controls are, on however slow a machine", () => {
    const everyMs = 10;
    const story = (controlOutcome: "control" | "lost", redisPath: RedisPath = { asked: 0, slow: [] }) =>
      check(
        answered().flatMap((row, i): Row[] => {
          const { receivedMs: _, ...silent } = row;
          if (i % everyMs !== 0) return [silent];
          const answer = controlOutcome === "control" ? { receivedMs: row.sentMs + 40 } : {};
          return [silent, { ...silent, subject: controlKey, outcome: controlOutcome, ...answer }];
        }),
        {},
        redisPath,
      );
    expect(story("control")).toMatchObject({
      verdict: "fail",
      summary: expect.stringContaining("999 got no answer"),
    });
    expect(story("control", { asked: 10, slow: [{ fromMs: -1_500, untilMs: 0 }] }).verdict).toBe(
      "inconclusive",
    );
  });

  it("wants no answers of a gateway that a fault stopped, until it is healed, however late that is", () => {
    const fault: FaultRecord = {
      name: "gateway-kill",
      legend: "gateways are killed",
      replicas: [0],
      fromMs: 100,
      injectedMs: 110,
      healingMs: 200,
      untilMs: 600,
      losesState: "none",
      verified: "refused",
      healed: "answers",
    };
    const lives = [
      { replica: 0, fromMs: -100, untilMs: 105 },
      { replica: 0, fromMs: 210, untilMs: null },
    ];
    const refusedUntil = (ms: number) =>
      answered().map((row, i) => (i >= 105 && i < ms ? { ...row, outcome: "refused" as const } : row));
    const verdictOf = (ms: number, kept = lives) =>
      answersEverything().check(
        evidenceFromRows({ policy, rows: refusedUntil(ms), phases: [phase], lives: kept, faults: [fault] }),
      ).verdict;
    expect(verdictOf(590)).toBe("pass");
    expect(verdictOf(650)).toBe("fail");
    expect(verdictOf(590, [{ replica: 0, fromMs: -100, untilMs: null }])).toBe("fail");
  });

  describe("refused near a fault", () => {
    const down: FaultRecord = {
      name: "redis-down",
      legend: "Redis cannot be reached",
      replicas: [0],
      fromMs: 100,
      injectedMs: 101,
      healingMs: 300,
      untilMs: 301,
      losesState: "none",
      cutsOff: true,
      verified: "refused",
      healed: "answered",
    };
    const closed = { kind: "closed", deadlineMs: 20, probeIntervalMs: 100 } as const;
    /** Refused from 102 to `untilMs`, half of them after others of the same replica were answered by Redis. */
    const refusedUntil = (untilMs: number): Row[] =>
      answered().map((row, i) => {
        const refused = i >= 102 && i < untilMs && (i < 310 || i % 2 === 0);
        return { ...row, source: "redis" as const, ...(refused ? { outcome: "unavailable" as const } : {}) };
      });
    const checked = (untilMs: number, promises = {}, faults = [down]) =>
      answersEverything().check(
        evidenceFromRows({ policy, rows: refusedUntil(untilMs), phases: [phase], faults, promises }),
      );

    it("a closed limiter has the declared time for its return, for each process behind its port", () => {
      expect(checked(500, { withoutRedis: closed }).verdict).toBe("pass");
      expect(checked(900, { withoutRedis: closed }).verdict).toBe("fail");
      expect(checked(900, { withoutRedis: { ...closed, isReturnUndeclared: true } }).verdict).toBe("pass");
    });

    it("one that declares nothing is not blamed, and that is said; one that declares another thing is", () => {
      expect(checked(500)).toMatchObject({
        verdict: "pass",
        notes: [expect.stringContaining("303 were refused undecided (503) near a fault")],
      });
      expect(checked(500, {}, [{ ...down, replicas: [1] }]).verdict).toBe("fail");
      expect(
        checked(500, {}, [{ ...down, fromMs: -9_000, healingMs: -5_000, untilMs: -5_000 }]).verdict,
      ).toBe("fail");
      expect(checked(500, { withoutRedis: { ...closed, kind: "open" } }).verdict).toBe("fail");
    });
  });

  describe("a name of 8 KiB", () => {
    const long = "x".repeat(8_192);
    /** Every tenth request is of that name, and the statuses that it gets take turns. */
    const asked = (statuses: readonly number[], subject = long): Row[] =>
      answered().map((row, i): Row => {
        const status = statuses[(i / 10) % statuses.length];
        if (status === undefined) return row;
        if (status === 0) return { intendedMs: i, sentMs: i, phase: "burst", subject };
        return { ...row, subject, status, outcome: status === 200 ? "allowed" : "error" };
      });

    it.each([400, 413, 414, 431])("is not judged where the server refuses it each time: %i", (status) => {
      expect(check(asked([status]))).toMatchObject({
        verdict: "pass",
        summary: "All 999 requests were answered",
        notes: [
          "1 names longer than 4 KiB were refused as too long by the server (100 answers), and are not judged",
        ],
      });
    });

    it("may be refused by a connection that is closed, too, but not by silence alone", () => {
      expect(check(asked([431, 0])).verdict).toBe("pass");
      expect(check(asked([0])).verdict).toBe("fail");
      const waited = asked([431, 0]).map((row) =>
        row.subject === long && row.outcome === undefined && row.receivedMs === undefined
          ? { ...row, status: givenUp }
          : row,
      );
      expect(check(waited).verdict).toBe("fail");
    });

    it("is judged where it was answered once, or got another error; and so is a shorter one", () => {
      expect(check(asked([400, 400, 200])).verdict).toBe("fail");
      expect(check(asked([400, 500])).verdict).toBe("fail");
      expect(check(asked([400], "x".repeat(4_096))).verdict).toBe("fail");
    });
  });

  describe("where the connections all waited for answers, so that the rest was never sent", () => {
    const crowded = (outcomeOf: (i: number) => Partial<Row>): Row[] =>
      answered().map((row, i): Row => {
        if (i >= 700)
          return {
            intendedMs: i,
            sentMs: Number.NaN,
            outcome: "dropped",
            status: crowdedOut,
            phase: "burst",
            subject: i % 10 === 7 ? controlKey : "hot",
          };
        return i % 10 === 7
          ? { ...row, subject: controlKey, outcome: "control", ...outcomeOf(i) }
          : { ...row, ...outcomeOf(i) };
      });
    const kept: Partial<Row> = { receivedMs: Number.NaN, outcome: "lost", status: givenUp };

    it("fails a limiter that kept a share of its requests, while its gateways answered controls", () => {
      expect(check(crowded((i) => (i % 4 === 0 ? kept : {})))).toMatchObject({
        verdict: "fail",
        summary: "Of 700 requests 175 got no answer",
      });
      expect(
        check(
          crowded((i) => (i % 4 === 0 ? kept : {})),
          { maxUnansweredShare: 0.3 },
        ).verdict,
      ).toBe("pass");
    });

    it("fails one that kept them all, on a busy machine too", () => {
      const all = crowded((i) => (i % 10 === 7 ? {} : kept));
      expect(check(all).verdict).toBe("fail");
      const late = all.map((row) => ({ ...row, sentMs: row.sentMs + 25 }));
      expect(check(late).verdict).toBe("fail");
    });

    it("is inconclusive where the machine may have stood still, or was busy besides", () => {
      for (const fromMs of [0, 100, 300, 500])
        expect(check(crowded((i) => (i >= fromMs ? kept : {}))).verdict).toBe("inconclusive");
      const lost = crowded((i) => (i % 4 === 0 ? kept : {}));
      const late = lost.map((row) => ({ ...row, sentMs: row.sentMs + (row.sentMs > 650 ? 25 : 0) }));
      expect(check(late)).toMatchObject({
        verdict: "inconclusive",
        summary: expect.stringContaining("the schedule was not kept"),
      });
      const redisPath = { asked: 100, slow: [{ fromMs: 0, untilMs: 2_000 }] };
      expect(check(lost, {}, redisPath).verdict).toBe("inconclusive");
    });

    it("passes a limiter that answered late", () => {
      expect(check(crowded((i) => (i % 4 === 0 && i % 10 !== 7 ? { receivedMs: 2_000 } : {}))).verdict).toBe(
        "pass",
      );
    });
  });

  it("names gateways that ended by themselves, with their last words", () => {
    const lives = [
      { replica: 0, fromMs: -10, untilMs: null },
      {
        replica: 1,
        fromMs: -10,
        untilMs: 400,
        endedItself: { how: "code 7", lastWords: ["up", "out of memory"] },
      },
    ];
    const refused = answered().map((row, i) => (i < 500 ? row : { ...row, outcome: "refused" as const }));
    const { history, claims } = evidenceFromRows({ policy, rows: refused, phases: [phase], lives });
    expect(answersEverything().check({ history, claims })).toMatchObject({
      verdict: "fail",
      summary:
        'Of 999 requests 499 got an error (no connection: 499); gateway 1 ended by itself 400 ms into the run (code 7), and its last words are "out of memory"',
      notes: ["The end of logs/gateway-1.log: up | out of memory"],
    });
  });
});
