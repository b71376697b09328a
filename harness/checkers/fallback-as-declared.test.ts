import { describe, expect, it } from "vitest";
import type { Promises, WithoutRedisPromise } from "../../limiter/promised.ts";
import { type EvidenceOptions, evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { FaultRecord, PhaseSpan, ReplicaLife } from "../history/history.ts";
import { type FallbackAsDeclaredOptions, fallbackAsDeclared } from "./fallback-as-declared.ts";

const policy = { name: "tenth", limit: 90, windowMs: 1_000 };
const times = { deadlineMs: 20, probeIntervalMs: 50 } as const;
const local = { kind: "local", share: "equal", writesBack: false, ...times } as const;
const phase: PhaseSpan = { name: "fault", fromMs: 0, untilMs: 9_000, model: "open", role: "judged" };

/** Redis cannot be reached from 1,000 to 4,000. */
const down: FaultRecord = {
  name: "redis-down",
  legend: "Redis cannot be reached",
  replicas: [0, 1, 2],
  fromMs: 1_000,
  injectedMs: 1_001,
  healingMs: 4_000,
  untilMs: 4_001,
  losesState: "none",
  cutsOff: true,
  verified: "refused",
  healed: "answered",
};

/** `each` requests of one kind, 1 ms apart, at every replica. */
function answers(fromMs: number, each: number, row: Partial<Row>, replicas = [0, 1, 2]): Row[] {
  return replicas.flatMap((replica) =>
    Array.from({ length: each }, (_, i) => ({
      sentMs: fromMs + i,
      receivedMs: fromMs + i + 0.5,
      replica,
      ...row,
    })),
  );
}

const redis = { source: "redis" } as const;
const alone = { source: "local" } as const;
const denied = { outcome: "denied" } as const;

/** The limit through Redis right before the outage, the shares once these have left the window, Redis again. */
function outage(each = 30): Row[] {
  return [
    ...answers(900, 30, redis),
    ...answers(940, 40, { ...redis, ...denied }),
    ...answers(1_010, 100, { ...alone, ...denied }),
    ...answers(2_100, each, alone),
    ...answers(2_200, 100, { ...alone, ...denied }),
    ...answers(4_010, 120, { ...redis, ...denied, subject: "calm" }),
    ...answers(4_040, 1, redis),
  ];
}

interface Told extends Partial<Omit<EvidenceOptions, "policy" | "rows" | "promises">> {
  readonly withoutRedis?: WithoutRedisPromise;
  readonly promises?: Partial<Promises>;
}

function check(rows: readonly Row[], told: Told = {}, options: FallbackAsDeclaredOptions = {}) {
  const { withoutRedis = local, promises = {}, ...rest } = told;
  const evidence = evidenceFromRows({
    policy,
    rows,
    faults: [down],
    phases: [phase],
    promises: { withoutRedis, ...promises },
    ...rest,
  });
  return fallbackAsDeclared(options).check(evidence);
}

describe("a fallback that decides alone", () => {
  it("passes when each replica keeps to its share, and says by which numbers", () => {
    const finding = check(outage());
    expect(finding).toMatchObject({
      verdict: "pass",
      kind: "proof",
      numbers: {
        stalenessCost: 0,
        resolvingPower: 0,
        coldFallbackConvicted: 1,
        boundRatio: 1,
        provedRatio: 1,
      },
    });
    expect(finding.numbers.worstAdmittedRatio).toMatchObject({ proved: 1 });
  });

  it("is convicted for one request more than its share, whatever the others did not use", () => {
    const rows = [...outage(10), ...answers(2_120, 21, alone, [1])];
    expect(check(rows)).toMatchObject({
      verdict: "fail",
      summary: expect.stringContaining("Replica 1 let hot in for 31"),
      witness: { kind: "let-in", subject: "hot", policy: "tenth", cost: 31, bound: 30, rowCount: 31 },
    });
  });

  it("is convicted for a full limit at every replica", () => {
    expect(check([...outage(), ...answers(2_140, 60, alone)]).verdict).toBe("fail");
  });

  it("is convicted for a cold share, though no replica exceeds its own: what Redis had let in is still there", () => {
    const rows = [...outage(), ...answers(1_200, 10, alone)];
    expect(check(rows)).toMatchObject({
      verdict: "fail",
      witness: { cost: 120, bound: 90 },
      summary: expect.stringContaining("hot was let in for 120"),
    });
  });

  it("may let in what the others had been let in since it heard of Redis last, weighed by its share", () => {
    const unheard = [
      ...answers(500, 1, redis, [0]),
      ...answers(600, 40, redis, [1]),
      ...answers(650, 40, redis, [2]),
      ...outage(30).filter(({ sentMs }) => sentMs >= 2_000),
      ...answers(1_010, 100, { ...alone, ...denied }, [1, 2]),
    ];
    const stale = (count: number) => check([...unheard, ...answers(1_010, count, alone, [0])]);
    expect(stale(29).verdict).not.toBe("fail");
    // Replica 0 has not heard of 80, replica 1 of 40: 80 / 3 + 40 / 3 above the limit of 90.
    expect(stale(29).numbers.stalenessCost).toBeCloseTo(40, 0);
  });

  it("may let in again what a replica had let in before it was started anew, of which it knows nothing", () => {
    const restarted = (fromMs: number): ReplicaLife[] => [
      { replica: 0, fromMs: 0, untilMs: 500 },
      { replica: 0, fromMs, untilMs: null },
      { replica: 1, fromMs: 0, untilMs: null },
      { replica: 2, fromMs: 0, untilMs: null },
    ];
    // Nobody has heard of the 90 of the first life: each lets in its whole share, 180 in all.
    const unheard = [
      ...answers(300, 90, redis, [0]),
      ...answers(990, 1, { ...redis, subject: "calm" }),
      ...answers(1_010, 30, alone),
      ...answers(1_060, 100, { ...alone, ...denied }),
      ...answers(4_010, 120, { ...redis, ...denied, subject: "calm" }),
    ];
    const lives = restarted(700);
    const finding = check(unheard, { lives });
    expect(finding.verdict).toBe("pass");
    expect(finding.numbers.stalenessCost).toBeCloseTo(90, 6);
    expect(check(unheard)).toMatchObject({ verdict: "fail", witness: { cost: 180 } });
    expect(check([...unheard, ...answers(1_045, 1, alone, [0])], { lives }).verdict).toBe("fail");
  });

  it("may let in again what a replica had let in alone in a life that never told Redis", () => {
    const again = { ...down, fromMs: 4_900, injectedMs: 4_901, healingMs: 7_000, untilMs: 7_001 };
    const lives: ReplicaLife[] = [
      { replica: 0, fromMs: 0, untilMs: 4_012 },
      { replica: 0, fromMs: 4_300, untilMs: null },
      { replica: 1, fromMs: 0, untilMs: null },
      { replica: 2, fromMs: 0, untilMs: null },
    ];
    const calm = { ...redis, ...denied, subject: "calm" };
    const rows = [
      ...answers(1_010, 100, { ...alone, ...denied }),
      ...answers(3_950, 30, alone),
      ...answers(4_010, 1, calm, [0]),
      ...answers(4_010, 120, calm, [1, 2]),
      ...answers(4_310, 120, calm, [0]),
      ...answers(4_840, 30, redis, [1]),
      ...answers(4_910, 25, alone, [0]),
      ...answers(7_010, 120, calm),
    ];
    // Told of 60, Redis lets in 30 more; replica 0, which knows of none of it, lets in nearly its share.
    const verdictOf = (lives: ReplicaLife[]) =>
      check(rows, { lives, faults: [down, again] }, { maxBlindShare: 1 }).verdict;
    expect(verdictOf(lives)).toBe("pass");
    expect(verdictOf(lives.slice(1).map((life) => ({ ...life, fromMs: 0 })))).toBe("fail");
  });

  it("has a share more for a replica that is cut off alone, and no more", () => {
    const one = { ...down, replicas: [1] };
    const rows = [
      ...answers(2_000, 45, redis, [0, 2]),
      ...answers(2_000, 30, alone, [1]),
      ...answers(2_050, 80, { ...alone, ...denied }, [1]),
      ...answers(4_010, 5, { ...redis, ...denied }),
    ];
    expect(check(rows, { faults: [one] })).toMatchObject({ verdict: "pass", numbers: { stalenessCost: 0 } });
    expect(check([...rows, ...answers(2_040, 1, alone, [1])], { faults: [one] }).verdict).toBe("fail");
  });

  it("is allowed one fresh limit for every loss of state, and another share for every new life", () => {
    const rows = [...outage(), ...answers(3_500, 30, alone), ...answers(4_050, 29, redis)];
    expect(check(rows).verdict).toBe("fail");
    const emptied = { faults: [{ ...down, losesState: "all" as const }] };
    expect(check(rows, emptied).verdict).not.toBe("fail");
    expect(check([...rows, ...answers(4_090, 1, redis, [0])], emptied).verdict).toBe("fail");
    const lives: ReplicaLife[] = [
      { replica: 0, fromMs: 0, untilMs: null },
      { replica: 1, fromMs: 0, untilMs: 2_500 },
      { replica: 1, fromMs: 2_600, untilMs: null },
      { replica: 2, fromMs: 0, untilMs: null },
    ];
    const reborn = [...outage(), ...answers(2_700, 30, alone, [1])];
    expect(check(reborn).verdict).toBe("fail");
    expect(check(reborn, { lives }).verdict).not.toBe("fail");
  });

  it("is convicted for forgetting what it had let in, though some replicas come back long before others", () => {
    const apart = outage()
      .filter(({ sentMs, subject }) => sentMs < 4_000 || subject === "calm")
      .map((row) =>
        row.sentMs > 4_000 && row.replica === 1
          ? { ...row, sentMs: row.sentMs + 40, receivedMs: row.sentMs + 40.5 }
          : row,
      );
    // Alone until 3,990; then Redis lets in a whole limit again.
    const alike = [...apart, ...answers(3_940, 30, alone), ...answers(3_980, 10, { ...alone, ...denied })];
    const waits = [...alike, ...answers(4_000, 60, { ...alone, ...denied }, [1])];
    expect(check(waits).verdict).not.toBe("fail");
    expect(check([...waits, ...answers(4_110, 30, redis)])).toMatchObject({
      verdict: "fail",
      witness: { cost: 180, bound: 90 },
    });
  });

  it("has a share more for a replica that came back so late that the others no longer held back", () => {
    const late = outage().map((row) =>
      row.sentMs > 4_000 && row.replica === 1
        ? { ...row, sentMs: row.sentMs + 90, receivedMs: row.sentMs + 90.5 }
        : row,
    );
    const rows = [...late, ...answers(3_940, 30, alone), ...answers(4_110, 9, redis)];
    expect(check(rows).verdict).not.toBe("fail");
    expect(check([...rows, ...answers(4_120, 1, redis)]).verdict).toBe("fail");
  });

  it("has a share more for every new life in which it is cut off alone, also near an outage for all", () => {
    const one = {
      ...down,
      fromMs: 6_000,
      injectedMs: 6_001,
      healingMs: 8_000,
      untilMs: 8_001,
      replicas: [1],
    };
    const lives: ReplicaLife[] = [
      { replica: 0, fromMs: 0, untilMs: null },
      { replica: 1, fromMs: 0, untilMs: 6_200 },
      { replica: 1, fromMs: 6_300, untilMs: null },
      { replica: 2, fromMs: 0, untilMs: null },
    ];
    const rows = [
      ...outage(),
      ...answers(6_010, 90, redis, [0]),
      ...answers(6_110, 30, alone, [1]),
      ...answers(6_310, 30, alone, [1]),
    ];
    const told = { faults: [down, one] };
    expect(check(rows, { ...told, lives }).verdict).not.toBe("fail");
    expect(check([...rows, ...answers(6_400, 1, redis, [0])], { ...told, lives })).toMatchObject({
      verdict: "fail",
      witness: { cost: 151, bound: 150 },
    });
  });

  it("may be let in by Redis at once for a replica that was idle, and did not notice that Redis was away", () => {
    const noise = answers(4_030, 120, { ...redis, ...denied, subject: "calm" });
    const heard = answers(990, 1, { ...redis, ...denied, subject: "calm" });
    const rows = [...heard, ...answers(3_960, 30, alone, [0, 1]), ...noise];
    const told = { maxBlindShare: 1 };
    expect(check([...rows, ...answers(4_002, 90, redis, [2])], {}, told).verdict).not.toBe("fail");
    // By 4,300 Redis has been told of 60: who asks it then is let in 30 times, and may have a share more.
    const late = [...rows, ...answers(4_300, 61, redis, [2])];
    expect(check(late, {}, told)).toMatchObject({ verdict: "fail", witness: { cost: 121, bound: 120 } });
    const awake = answers(3_960, 1, { ...alone, ...denied }, [2]);
    expect(check([...rows, ...awake, ...answers(4_002, 90, redis, [2])], {}, told).verdict).toBe("fail");
  });

  it("is convicted for turning somebody away although its share has room, once Redis has been away for a window", () => {
    const early = outage().filter(({ sentMs }) => sentMs < 2_000 || sentMs > 4_000);
    const noticed = answers(1_250, 5, { ...alone, ...denied });
    const used = [...early, ...noticed, ...answers(2_300, 29, alone)];
    const told = { withoutRedis: { ...local, holdsBackMs: 150 } };
    const denying = (fromMs: number, rows = used) =>
      check([...rows, ...answers(fromMs, 5, { ...alone, ...denied })], told);
    // Nobody knows what Redis had told them; they count in cells, and have noticed by 1,250.
    expect(denying(2_220).numbers).toMatchObject({ wrongLocalDenials: 0 });
    expect(denying(2_400)).toMatchObject({
      verdict: "fail",
      numbers: { wrongLocalDenials: 15 },
      witness: { kind: "turned-away", cost: 29, bound: 30, rowCount: 15 },
      summary: expect.stringContaining("at most 29 of its share of 30; 15 of"),
    });
    expect(denying(2_400, [...used, ...answers(2_350, 1, alone)]).numbers).toMatchObject({
      wrongLocalDenials: 0,
    });
    // One that may have been let in after all, and one that is dearer than what is left.
    const lost = answers(2_350, 1, { outcome: "lost", receivedMs: Number.NaN });
    expect(denying(2_400, [...used, ...lost]).numbers).toMatchObject({ wrongLocalDenials: 0 });
    const dear = answers(2_400, 5, { ...alone, ...denied, cost: 2 });
    expect(check([...used, ...dear], told).numbers).toMatchObject({ wrongLocalDenials: 0 });
    // Who does not say how long it holds back may have come back from where nobody saw it go.
    const undeclared = check([...used, ...answers(2_400, 5, { ...alone, ...denied })]);
    expect(undeclared.numbers).toMatchObject({ wrongLocalDenials: 0 });
  });

  it("may turn somebody away while it still holds back after an earlier outage, though its share then seems free", () => {
    const first = { ...down, fromMs: 500, injectedMs: 501, healingMs: 900, untilMs: 901 };
    const again = { ...down, fromMs: 950, injectedMs: 951 };
    // It holds back until 1,405 after its return; loses Redis at 1,420, and knows then that nothing was left.
    const rows = [
      ...answers(600, 30, alone),
      ...answers(905, 1, { ...redis, ...denied }),
      ...answers(1_300, 1, { ...alone, ...denied, cost: 2 }),
      ...answers(1_420, 1, { ...alone, ...denied }),
      ...answers(2_380, 1, { ...alone, ...denied }),
    ];
    const judged = (declared: { readonly holdsBackMs?: number }) =>
      check(rows, { faults: [first, again], withoutRedis: { ...local, ...declared } }, { maxBlindShare: 1 });
    expect(judged({ holdsBackMs: 500 }).verdict).not.toBe("fail");
    expect(judged({})).toMatchObject({ numbers: { judgedLocalDenials: 0 } });
    // Who declares to hold back no longer than until 1,271 had left Redis at 1,300.
    expect(judged({ holdsBackMs: 300 })).toMatchObject({
      verdict: "fail",
      numbers: { wrongLocalDenials: 3 },
    });
  });

  it("says what it could not judge: no denial, no loss", () => {
    const notes = (told: Told, rows = outage()) =>
      check(rows, told, { maxBlindShare: 1 }).notes?.join() ?? "";
    const writesBack = { ...local, writesBack: true } as const;
    expect(notes({ withoutRedis: writesBack })).toContain("no loss of Redis's data could be judged");
    expect(notes({})).not.toContain("no loss");
    expect(notes({})).not.toContain("no denial");
    const welcome = outage().filter(({ outcome, source }) => outcome !== "denied" || source === "redis");
    expect(notes({}, welcome)).toContain("no denial without Redis could be judged");
  });

  it("begins anew once Redis, told of everything, has let somebody in between two outages", () => {
    const again = { ...down, fromMs: 4_500, injectedMs: 4_501, healingMs: 4_800, untilMs: 4_801 };
    const noise = (fromMs: number) => answers(fromMs, 120, { ...redis, ...denied, subject: "calm" });
    const rows = [...outage(), ...noise(4_810), ...answers(4_600, 10, { ...alone, ...denied })];
    const faults = [down, again];
    expect(check([...rows, ...answers(4_450, 29, redis)], { faults }).verdict).toBe("pass");
    // 90 alone in the first outage, another 90 by Redis: nothing of it is what replicas did not know of each other.
    const forgotten = [...rows, ...answers(3_940, 30, alone), ...answers(4_450, 29, redis)];
    expect(check(forgotten, { faults })).toMatchObject({
      verdict: "fail",
      witness: { cost: 180, bound: 90 },
    });
    // Who had another fault, or a slow Redis, when it was back need not have told it of everything by then.
    const slow = { ...down, name: "redis-latency", fromMs: 4_050, injectedMs: 4_051, cutsOff: false };
    const disturbed = [down, { ...slow, healingMs: 4_060, untilMs: 4_061 }, again];
    expect(check(forgotten, { faults: disturbed }).verdict).not.toBe("fail");
    const late = forgotten.map((row) =>
      row.sentMs > 4_000 && row.sentMs < 4_400 && row.source === "redis"
        ? { ...row, receivedMs: row.sentMs + 20 }
        : row,
    );
    expect(check(late, { faults }).verdict).not.toBe("fail");
  });

  it("is inconclusive where a cold fallback would have passed too: too little was asked", () => {
    const calm = outage(5).filter(({ outcome }) => outcome !== "denied");
    expect(check(calm)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("would not have been convicted"),
      numbers: { coldFallbackConvicted: 0 },
    });
  });

  it("cannot be judged by a clock that was stepped", () => {
    const guilty = [...outage(), ...answers(2_140, 60, alone)];
    expect(check(guilty, { clockDoubt: "the clock moved" })).toMatchObject({
      verdict: "inconclusive",
      summary: "Windows cannot be judged: the clock moved",
    });
  });
});

describe("a fallback that writes back what Redis has lost", () => {
  const writesBack = { ...local, writesBack: true } as const;
  /** Redis is empty from 1,000 on, at the latest from 1,005. */
  const emptied: FaultRecord = { ...down, injectedMs: 1_005, losesState: "all", cutsOff: false };
  const noise = answers(1_006, 150, { ...redis, ...denied, subject: "calm" });

  /** The whole limit before the loss, and `each` of every replica's requests let in by Redis from `fromMs` on. */
  function restart(each: number, fromMs = 1_100): Row[] {
    return [
      ...answers(900, 30, redis),
      ...answers(940, 40, { ...redis, ...denied }),
      ...noise,
      ...answers(fromMs, each, redis),
    ];
  }
  const judged = (rows: readonly Row[], withoutRedis: WithoutRedisPromise = writesBack, faults = [emptied]) =>
    check(rows, { withoutRedis, faults }, { maxBlindShare: 1 });

  it("may not grant a fresh limit", () => {
    expect(judged(restart(0))).toMatchObject({ numbers: { judgedLosses: 1 } });
    expect(judged(restart(0)).verdict).not.toBe("fail");
    expect(judged(restart(1))).toMatchObject({
      verdict: "fail",
      witness: { cost: 93, bound: 90, subject: "hot" },
      summary: expect.stringContaining("around the loss of Redis's data"),
    });
  });

  it("may let in what a replica asked before it had the news, and what left the window", () => {
    const early: Row[] = [{ sentMs: 1_004, receivedMs: 1_012, replica: 0, ...redis }];
    expect(judged([...restart(0), ...early]).verdict).not.toBe("fail");
    expect(
      judged([...restart(0), ...early, ...answers(1_100, 1, redis, [1]), ...answers(1_101, 1, redis, [1])])
        .verdict,
    ).toBe("fail");
    expect(judged(restart(30, 1_960)).verdict).not.toBe("fail");
  });

  it("is not held to it if it does not declare it, or was not seen to have the time for it", () => {
    expect(judged(restart(30), local).verdict).not.toBe("fail");
    const away = restart(30).filter(({ replica, sentMs }) => replica !== 1 || sentMs < 1_000);
    expect(judged(away)).toMatchObject({ numbers: { judgedLosses: 0 } });
    const other = { ...emptied, fromMs: 2_000, injectedMs: 2_005 };
    expect(judged(restart(30), writesBack, [emptied, other])).toMatchObject({ numbers: { judgedLosses: 0 } });
  });
});

describe("an answer's word on who decided", () => {
  it("is a lie where no answer of Redis could come", () => {
    const finding = check([...outage(), ...answers(3_000, 1, { ...redis, ...denied }, [2])]);
    expect(finding).toMatchObject({
      verdict: "fail",
      numbers: { falseLabels: 1 },
      witness: { kind: "answered", rowCount: 1 },
    });
    expect(finding.summary).toContain("in the name of Redis");
  });

  it("is none for what was under way when the fault began or ended, nor in a fault that nobody saw", () => {
    const edges: Row[] = [
      { sentMs: 1_000.5, receivedMs: 1_030, replica: 0, ...redis, ...denied },
      { sentMs: 3_990, receivedMs: 4_001, replica: 0, ...redis, ...denied },
    ];
    expect(check([...outage(), ...edges]).verdict).toBe("pass");
    const lie = [...outage(), ...answers(3_000, 1, { ...redis, ...denied })];
    expect(check(lie, { faults: [{ ...down, verified: null }] }).verdict).toBe("inconclusive");
    expect(check(lie, { faults: [{ ...down, cutsOff: false }] }).numbers.falseLabels).toBe(0);
  });

  it("may be missing, but then nothing is shown of it", () => {
    const silent = outage().map(({ source, ...row }) => (source === "local" ? row : { source, ...row }));
    expect(check(silent as Row[])).toMatchObject({
      verdict: "inconclusive",
      numbers: { unlabelledAnswers: 690 },
    });
  });
});

describe("a fallback that is open, or closed", () => {
  const open = { kind: "open", ...times } as const;
  const closed = { kind: "closed", ...times } as const;

  it("passes when every answer without Redis is what is declared", () => {
    expect(check(answers(2_000, 200, alone), { withoutRedis: open }).verdict).toBe("pass");
    const refused = answers(2_000, 200, { outcome: "unavailable" });
    expect(check(refused, { withoutRedis: closed })).toMatchObject({
      verdict: "pass",
      numbers: { answersCutOff: 600, undeclaredAnswers: 0 },
    });
  });

  it("is convicted for one that is not", () => {
    for (const outcome of ["denied", "unavailable"] as const)
      expect(
        check([...answers(2_000, 50, alone), ...answers(2_060, 1, { ...alone, outcome })], {
          withoutRedis: open,
        }).verdict,
      ).toBe("fail");
    const letIn = [...answers(2_000, 50, { outcome: "unavailable" }), ...answers(2_060, 1, alone, [1])];
    expect(check(letIn, { withoutRedis: closed })).toMatchObject({
      verdict: "fail",
      summary: expect.stringContaining('"closed" is declared'),
    });
  });

  it("is not blamed at the edges of a fault, nor for a cost that could never be let in", () => {
    const edge: Row = { sentMs: 3_999, receivedMs: 4_002, ...redis, ...denied };
    expect(check([...answers(2_000, 50, alone), edge], { withoutRedis: open }).verdict).toBe("pass");
    const dear: Row = { sentMs: 2_500, receivedMs: 2_501, cost: 91, ...alone, ...denied };
    expect(check([...answers(2_000, 50, alone), dear], { withoutRedis: open }).verdict).toBe("pass");
  });

  it("is inconclusive where nobody asked meanwhile", () => {
    expect(check(answers(100, 50, redis), { withoutRedis: open })).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("Nothing was certainly decided without Redis"),
    });
  });
});

describe("what is not judged", () => {
  it("is a limiter that declares nothing, and one that never did without Redis", () => {
    const rows = answers(100, 50, redis);
    const silent = evidenceFromRows({ policy, rows, faults: [down] });
    expect(fallbackAsDeclared().check(silent).verdict).toBe("not-applicable");
    expect(check(rows, { faults: [] })).toMatchObject({ verdict: "not-applicable" });
    const flush = { ...down, name: "script-flush", cutsOff: false };
    expect(check(rows, { faults: [flush] }).verdict).toBe("not-applicable");
  });

  it("is a phase that the history does not have", () => {
    expect(check(outage(), {}, { phases: ["outage"] })).toMatchObject({
      verdict: "inconclusive",
      summary: 'The history has no phase "outage"',
    });
    expect(check(outage(), {}, { phases: ["fault"] }).verdict).toBe("pass");
  });
});

describe("a fallback that nobody is seen to need", () => {
  const closed = { kind: "closed", ...times } as const;
  const kill: FaultRecord = {
    ...down,
    name: "gateway-kill",
    replicas: [1],
    untilMs: 4_200,
    cutsOff: false,
  };

  it("is broken by whoever lets in without Redis by his own word, though `closed` is declared", () => {
    const rows = [...answers(100, 20, redis), ...answers(200, 3, alone, [0])];
    expect(check(rows, { withoutRedis: closed, faults: [] })).toMatchObject({
      verdict: "fail",
      summary:
        '3 requests were allowed without Redis, as they say themselves (source: local), though "closed" is declared',
    });
    expect(check(rows, { withoutRedis: { kind: "open", ...times }, faults: [] }).verdict).not.toBe("fail");
  });

  it("is not broken by a denial that remembers one of Redis's", () => {
    const rows = [...answers(100, 30, redis), ...answers(200, 3, { ...alone, ...denied }, [0])];
    expect(check(rows, { withoutRedis: closed, faults: [] }).verdict).not.toBe("fail");
  });

  it("bounds a gateway that was started again and does not say who decides", () => {
    const lives = [0, 1, 2].flatMap((replica): ReplicaLife[] => {
      const fromMs = Number.NEGATIVE_INFINITY;
      if (replica !== 1) return [{ replica, fromMs, untilMs: null }];
      return [
        { replica, fromMs, untilMs: 1_001 },
        { replica, fromMs: 4_100, untilMs: null },
      ];
    });
    const opened = (each: number) => [...answers(4_250, 45, redis, [0, 2]), ...answers(4_300, each, {}, [1])];
    expect(check(opened(30), { faults: [kill], lives })).toMatchObject({ verdict: "not-applicable" });
    expect(check(opened(121), { faults: [kill], lives })).toMatchObject({ verdict: "fail" });
  });
});
