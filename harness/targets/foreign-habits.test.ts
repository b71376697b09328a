import { describe, expect, it } from "vitest";
import { noFalseDenials } from "../checkers/no-false-denials.ts";
import { withinBound } from "../checkers/within-bound.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import { seededRandom } from "../load/random.ts";
import { type Declaration, declaredPromises } from "./declared-promises.ts";

const policy = { name: "p", limit: 20, windowMs: 1_000 };
const { limit, windowMs } = policy;

/** One limiter of one subject: whether it lets in what it decides at `atMs`. */
type Decides = (atMs: number) => boolean;

/** The previous window's count in proportion, as `counts` takes it, beside that of this window. */
function twoCounters(
  counts: (weighted: number) => number,
  isFree: (used: number) => boolean,
  phaseMs = 0,
): Decides {
  let [window, current, previous] = [Number.NaN, 0, 0];
  return (decidedMs) => {
    const atMs = decidedMs - phaseMs;
    const now = Math.floor(atMs / windowMs);
    if (now !== window) {
      previous = now === window + 1 ? current : 0;
      current = 0;
      window = now;
    }
    if (!isFree(counts(previous * (1 - (atMs - now * windowMs) / windowMs)) + current)) return false;
    current++;
    return true;
  };
}

/** A sliding log that stamps in steps of `stepMs`; one that counts denials stamps first and looks then. */
function slidingLog({ stepMs = 1, countsDenials = false, most = limit } = {}): Decides {
  const stamps: number[] = [];
  return (atMs) => {
    const now = Math.floor(atMs / stepMs) * stepMs;
    while ((stamps[0] ?? Number.POSITIVE_INFINITY) <= now - windowMs) stamps.shift();
    const isFree = stamps.length < most;
    if (isFree || countsDenials) stamps.push(now);
    return isFree;
  };
}

/** Requests in bursts and pauses, and what a limiter made of them. */
function rowsOf(decides: Decides, seed: number, pausesMs = 900): Row[] {
  const random = seededRandom(seed, "habits");
  const rows: Row[] = [];
  for (
    let atMs = 10_000;
    rows.length < 1_500;
    atMs += random() < 0.03 ? pausesMs * random() : 12 * random()
  ) {
    const isFree = decides(atMs);
    rows.push({
      sentMs: atMs - 2 * random(),
      receivedMs: atMs + 2 * random(),
      outcome: isFree ? "allowed" : "denied",
    });
  }
  return rows;
}

/** Rather more than any limit for so long, quiet and loud by turns. */
function steadyRows(decides: Decides, seed: number, runMs: number): Row[] {
  const random = seededRandom(seed, "steady");
  const rows: Row[] = [];
  for (let atMs = 10_000; atMs < 10_000 + runMs; atMs += random() < 0.03 ? 900 * random() : 24 * random()) {
    const isFree = decides(atMs);
    rows.push({
      sentMs: atMs - random(),
      receivedMs: atMs + random(),
      outcome: isFree ? "allowed" : "denied",
    });
  }
  return rows;
}

/** What both proofs say of it, held to what is declared. */
function verdicts(
  decides: Decides,
  declared: Partial<Declaration>,
  seed: number,
  pausesMs?: number,
): string[] {
  return verdictsOn(rowsOf(decides, seed, pausesMs), declared);
}

/** What both proofs say of `rows`, held to what is declared; nobody has read the clock of who declares that. */
function verdictsOn(rows: readonly Row[], declared: Partial<Declaration>, judged = policy): string[] {
  const declaration = {
    promise: "sliding-window",
    fallback: null,
    clockIsUnread: false,
    ...declared,
  } as const;
  const promises = declaredPromises(declaration)(judged);
  const evidence = evidenceFromRows({
    policy: judged,
    promises,
    rows,
    slackMs: promises.clockResolutionMs,
    epochOffsetMs: declaration.clockIsUnread ? null : { atLeast: -0.1, atMost: 0.1 },
  });
  return [withinBound(), noFalseDenials()].map((checker) => checker.check(evidence).verdict);
}

const seeds = [1, 2, 3, 4, 5, 6];
const exact = (used: number): boolean => used + 1 <= limit;

describe("a sliding counter of somebody else's", () => {
  it.each([
    ["rounds nothing", () => twoCounters((weighted) => weighted, exact)],
    ["rounds the window before down", () => twoCounters(Math.floor, exact)],
    ["rounds it to the nearest", () => twoCounters(Math.round, exact)],
    [
      "asks whether the sum is below the limit",
      () =>
        twoCounters(
          (weighted) => weighted,
          (used) => used < limit,
        ),
    ],
  ])("is innocent if it %s", (_, make) => {
    for (const seed of seeds)
      expect(verdicts(make(), { promise: "sliding-counter" }, seed), `seed ${seed}`).not.toContain("fail");
  });

  it.each([0, 300, 500, 730])("is innocent wherever its windows begin, be it at %d ms", (phaseMs) => {
    for (const seed of seeds)
      expect(
        verdicts(
          twoCounters((weighted) => weighted, exact, phaseMs),
          { promise: "sliding-counter" },
          seed,
        ),
      ).not.toContain("fail");
  });

  it("is innocent if its windows begin anew with the first hit after a rest", () => {
    const counter = (): Decides => {
      let [beganMs, current, previous] = [Number.NEGATIVE_INFINITY, 0, 0];
      return (atMs) => {
        if (atMs >= beganMs + 2 * windowMs) [beganMs, current, previous] = [atMs, 0, 0];
        else if (atMs >= beganMs + windowMs) [beganMs, current, previous] = [beganMs + windowMs, 0, current];
        if (!exact(previous * (1 - (atMs - beganMs) / windowMs) + current)) return false;
        current++;
        return true;
      };
    };
    for (const seed of seeds)
      expect(verdicts(counter(), { promise: "sliding-counter" }, seed, 6_000)).not.toContain("fail");
  });

  it("is shown to be kept as sharply as ever if its windows begin with the clock's", () => {
    const counter = twoCounters((weighted) => weighted, exact);
    expect(verdicts(counter, { promise: "sliding-counter" }, 1)).toEqual(["pass", "pass"]);
  });

  it.each([0, 300])("is guilty of two too many, and of two too few, also from %d ms on", (phaseMs) => {
    const generous = twoCounters(Math.floor, (used) => used + 1 <= limit + 2, phaseMs);
    expect(verdicts(generous, { promise: "sliding-counter" }, 1)[0]).toBe("fail");
    const stingy = twoCounters(Math.ceil, (used) => used + 1 <= limit - 2, phaseMs);
    expect(verdicts(stingy, { promise: "sliding-counter" }, 1)[1]).toBe("fail");
  });
});

/** What each of two replicas lets in of as many requests of one subject, in turns, and what both proofs say. */
function alone(letsIn: readonly [number, number], isAlone = true): string[] {
  const rows = Array.from({ length: 80 }, (_, i): Row => {
    const replica = i % 2;
    const isFree = Math.floor(i / 2) < (letsIn[replica] ?? 0);
    return { sentMs: i, receivedMs: i + 0.5, replica, outcome: isFree ? "allowed" : "denied" };
  });
  const promises = declaredPromises({
    promise: "sliding-window",
    fallback: null,
    clockIsUnread: false,
    independent: isAlone ? 2 : 1,
  })(policy);
  const evidence = evidenceFromRows({ policy, promises, rows, slackMs: promises.clockResolutionMs });
  return [withinBound(), noFalseDenials()].map((checker) => checker.check(evidence).verdict);
}

describe("replicas that count alone", () => {
  it("are innocent if each lets in what it has", () => {
    expect(alone([limit, limit])).toEqual(["pass", "pass"]);
    expect(alone([limit, limit], false)[0]).toBe("fail");
  });

  it("are guilty of what one lets in too many, though the other lets in so many fewer", () => {
    expect(alone([1.5 * limit, limit / 2])[0]).toBe("fail");
  });

  it("are guilty of what each denies while it has room itself, though both together have let in a limit", () => {
    expect(alone([limit / 2, limit / 2])).toEqual(["inconclusive", "fail"]);
  });
});

describe("fixed windows of somebody else's", () => {
  const windows = (phaseMs: number, most = limit): Decides => {
    let [window, count] = [Number.NaN, 0];
    return (atMs) => {
      const now = Math.floor((atMs - phaseMs) / windowMs);
      if (now !== window) [window, count] = [now, 0];
      return ++count <= most;
    };
  };

  it.each([0, 1, 300, 730])("are innocent wherever they begin, be it at %d ms", (phaseMs) => {
    for (const seed of seeds)
      expect(verdicts(windows(phaseMs), { promise: "fixed-window" }, seed)).not.toContain("fail");
  });

  it("are shown to be kept as sharply as ever if they begin with the clock's", () => {
    expect(verdicts(windows(0), { promise: "fixed-window" }, 1)).toEqual(["pass", "pass"]);
  });

  it.each([0, 300])(
    "are guilty of one too many and of one too few, also if they begin at %d ms",
    (phaseMs) => {
      expect(verdicts(windows(phaseMs, limit + 1), { promise: "fixed-window" }, 1)[0]).toBe("fail");
      expect(verdicts(windows(phaseMs, limit - 1), { promise: "fixed-window" }, 1, 4_000)[1]).toBe("fail");
    },
  );
});

describe("windows of the clock", () => {
  const wide = { name: "p", limit: 100, windowMs: 1_000 };

  /** Each subject in turn asks twice its limit, evenly, within one window of the clock. */
  function turns(decides: (subject: number, atMs: number) => boolean, seed: number, subjects = 30): Row[] {
    const random = seededRandom(seed, "turns");
    const rows: Row[] = [];
    for (let subject = 0; subject < subjects; subject++)
      for (let asked = 0; asked < 2 * wide.limit; asked++) {
        const atMs = 10_005 + 2_000 * subject + 4.9 * asked + 2 * random();
        const isFree = decides(subject, atMs);
        rows.push({
          subject: `s${subject}`,
          sentMs: atMs - random(),
          receivedMs: atMs + random(),
          outcome: isFree ? "allowed" : "denied",
        });
      }
    return rows;
  }

  /** Windows of a clock that is ahead by so much; `mostOf` says what a subject is granted in one. */
  function clocked(mostOf: (subject: number) => number, aheadMs: () => number) {
    const counts = new Map<string, number>();
    return (subject: number, atMs: number): boolean => {
      const key = `${subject} ${Math.floor((atMs + aheadMs()) / wide.windowMs)}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count <= mostOf(subject);
    };
  }

  const exactly = (): number => wide.limit;
  const inTime = (): number => 0;
  const clock = { promise: "clock-window" } as const;

  it("are shown to be kept, and innocent of a clock that is off by less than is declared", () => {
    expect(verdictsOn(turns(clocked(exactly, inTime), 1), clock, wide)).toEqual(["pass", "pass"]);
    for (let seed = 1; seed <= 24; seed++) {
      const random = seededRandom(seed, "ahead");
      const resolutionMs = [1, 10, 100][seed % 3] ?? 1;
      // Of one clock, or of gateways whose clocks differ.
      const once = resolutionMs * (2 * random() - 1);
      const ahead = (): number => (seed % 2 === 0 ? once : resolutionMs * (2 * random() - 1));
      const rows = turns(clocked(exactly, ahead), seed, 6);
      expect(verdictsOn(rows, { ...clock, resolutionMs }, wide), `seed ${seed}`).not.toContain("fail");
    }
  });

  it("are guilty of 1.9 limits for one fresh subject in twenty, which windows that begin anywhere may hold", () => {
    const generous = (subject: number): number => (subject % 20 === 3 ? 1.9 * wide.limit : wide.limit);
    const rows = turns(clocked(generous, inTime), 1);
    expect(verdictsOn(rows, clock, wide)[0]).toBe("fail");
    expect(verdictsOn(rows, { promise: "fixed-window" }, wide)[0]).not.toBe("fail");
  });

  it("are guilty if they begin elsewhere, and of one too few", () => {
    const elsewhere = clocked(exactly, () => 300);
    expect(verdictsOn(turns(elsewhere, 1), clock, wide)[0]).toBe("fail");
    const stingy = clocked(() => wide.limit - 1, inTime);
    expect(verdictsOn(turns(stingy, 1), clock, wide)[1]).toBe("fail");
  });
});

describe("fixed windows of a timer", () => {
  /** Each window lasts as long as the timer says, and is never ended too soon. */
  const timed = (lateMs: () => number, most = limit): Decides => {
    let [beganMs, count] = [9_300, 0];
    return (atMs) => {
      while (atMs >= beganMs + windowMs) {
        beganMs += windowMs + lateMs();
        count = 0;
      }
      return ++count <= most;
    };
  };
  const declared = (resolutionMs: number) => ({ promise: "fixed-window", resolutionMs }) as const;
  const runMs = 60_000;

  it("are innocent, however they wander, if each is late by less than is declared", () => {
    for (let seed = 1; seed <= 36; seed++) {
      const random = seededRandom(seed, "late");
      const resolutionMs = [1, 3, 40][seed % 3] ?? 1;
      const mostMs = resolutionMs * (seed % 2 === 0 ? 0.3 : 1);
      const late = (): number => mostMs * random();
      const rows = steadyRows(timed(late), seed, runMs);
      const clockIsUnread = seed % 4 === 1;
      const held = { ...declared(resolutionMs), clockIsUnread };
      expect(verdictsOn(rows, held), `seed ${seed}`).not.toContain("fail");
    }
  });

  it("are guilty of half a limit too many, and of one too many where they are seen sharply, late or not", () => {
    for (const lateMs of [0, 0.9]) {
      const half = steadyRows(
        timed(() => lateMs, 1.5 * limit),
        1,
        20_000,
      );
      expect(verdictsOn(half, declared(1))[0]).toBe("fail");
      const one = steadyRows(
        timed(() => lateMs, limit + 1),
        1,
        runMs,
      );
      expect(verdictsOn(one, declared(1))[0]).toBe("fail");
    }
  });

  it("are guilty of a limit that is one short", () => {
    const short = steadyRows(
      timed(() => 0.9, limit - 1),
      1,
      20_000,
    );
    expect(verdictsOn(short, declared(1))[1]).toBe("fail");
  });
});

describe("a sliding window whose time goes in steps", () => {
  it.each([500, 100, 20])("of %d ms is innocent where that is declared", (stepMs) => {
    for (const seed of seeds)
      expect(verdicts(slidingLog({ stepMs }), { resolutionMs: stepMs }, seed)).not.toContain("fail");
    expect(verdicts(slidingLog({ stepMs }), {}, 1)).toContain("fail");
  });

  it("is guilty of what no step explains", () => {
    const declared = { resolutionMs: 100 };
    expect(verdicts(slidingLog({ stepMs: 100, most: 2 * limit }), declared, 1)[0]).toBe("fail");
    expect(verdicts(slidingLog({ stepMs: 100, most: limit / 2 }), declared, 1, 4_000)[1]).toBe("fail");
  });
});

describe("a sliding window that counts its denials", () => {
  it("is innocent where that is declared, and guilty where it is not", () => {
    for (const seed of seeds)
      expect(verdicts(slidingLog({ countsDenials: true }), { deniedConsumes: true }, seed)).not.toContain(
        "fail",
      );
    expect(verdicts(slidingLog({ countsDenials: true }), {}, 1)[1]).toBe("fail");
  });

  it("is guilty of a denial after a rest, and of one request too many", () => {
    const declared = { deniedConsumes: true };
    const stingy = slidingLog({ countsDenials: true, most: limit / 2 });
    expect(verdicts(stingy, declared, 1, 20_000)[1]).toBe("fail");
    expect(verdicts(slidingLog({ countsDenials: true, most: limit + 1 }), declared, 1, 20_000)[0]).toBe(
      "fail",
    );
  });
});
