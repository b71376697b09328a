import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Checker } from "../harness/checkers/checker.ts";
import { fallbackAsDeclared } from "../harness/checkers/fallback-as-declared.ts";
import { noFalseDenials } from "../harness/checkers/no-false-denials.ts";
import { withinBound } from "../harness/checkers/within-bound.ts";
import { type EvidenceOptions, evidenceFromRows, type Row } from "../harness/history/evidence-from-rows.ts";
import type { FaultRecord, History } from "../harness/history/history.ts";
import { seededRandom } from "../harness/load/random.ts";
import { judgeRun } from "../harness/run/judge-run.ts";
import type { Promised } from "../limiter/promised.ts";
import { readAssets } from "./html/assets.ts";
import { spanSentence } from "./html/evidence.ts";
import { page } from "./html/page.ts";
import { format as junit } from "./junit.ts";
import { worstSpanChart } from "./png/worst-span-chart.ts";
import type { JudgedRun } from "./report-format.ts";
import { type WorstSpan, worstSpan } from "./series/worst-span.ts";

const policy = { name: "burst", limit: 10, windowMs: 500 };
const times = { deadlineMs: 20, probeIntervalMs: 50 };
const scenario = { about: "rows", policies: [policy], replicas: 1, phases: () => [] };
const assets = readAssets();

/** `count` requests a millisecond apart, each answered after half of one. */
function answers(fromMs: number, count: number, row: Partial<Row> = {}): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    sentMs: fromMs + i,
    receivedMs: fromMs + i + 0.5,
    source: "redis",
    ...row,
  }));
}

interface Told extends Partial<Omit<EvidenceOptions, "rows">> {
  readonly checkers?: readonly Checker[];
  readonly belongs?: NonNullable<History["belongs"]>;
}

/** A run with these requests and a steady clock, judged as every run is. */
function judged(rows: readonly Row[], told: Told = {}): JudgedRun {
  const { checkers = [withinBound(), noFalseDenials()], belongs, ...options } = told;
  const { history: bare } = evidenceFromRows({ policy, rows, ...options });
  const clock = Array.from({ length: 100 }, (_, i) => {
    const fromMs = 1_000 + 100 * i;
    return { fromMs, untilMs: fromMs, realtimeMs: 1.7e12 + fromMs, redisMs: 1.7e12 + fromMs };
  });
  const history = { ...bare, clock, ...(belongs && { belongs }) };
  return { history, result: judgeRun(history, { ...scenario, checkers }, []) };
}

/** What a reader of any report sees of the worst span. */
function shown(run: JudgedRun): WorstSpan & { readonly words: string } {
  const span = worstSpan(run);
  if (span === null) throw new Error("no span is shown");
  const drawing = span.picture && worstSpanChart(span, span.picture);
  const captions = JSON.stringify(JSON.parse(chartDataOf(run)).witness ?? "");
  return { ...span, words: [textOf(spanSentence(span).html), drawing?.title, captions].join("\n") };
}

const chartDataOf = (run: JudgedRun) =>
  page(run, assets).match(/id="chart-data">(.*?)<\/script>/s)?.[1] ?? "null";
const textOf = (html: string) => html.replace(/<[^>]+>/g, "");
const fault: FaultRecord = {
  name: "redis-restart",
  legend: "Redis is restarted",
  replicas: [0],
  fromMs: 1_020,
  injectedMs: 1_021,
  healingMs: 1_025,
  untilMs: 1_026,
  losesState: "all",
  verified: "refused",
  healed: "answered",
};

describe("where nobody is accused, the tightest span", () => {
  it.each<[string, JudgedRun, number]>([
    [
      "does not add up what was let in before and after a loss of state",
      judged([...answers(1_000, 10), ...answers(1_030, 10)], { faults: [fault] }),
      10,
    ],
    [
      "counts each replica for itself where each keeps the promise alone",
      judged(
        answers(1_000, 30).map((row, i) => ({ ...row, replica: i % 3 })),
        { promises: { isPerReplica: true } },
      ),
      10,
    ],
    [
      "leaves out what was given back",
      judged([...answers(1_000, 90, { refund: "given" }), ...answers(1_200, 7)]),
      7,
    ],
    [
      "adds up the clients of an owner",
      judged(
        answers(1_000, 9).map((row, i) => ({ ...row, subject: `client ${i % 3}` })),
        { policy: { ...policy, by: "tenant" }, belongs: { tenant: ["acme", "acme", "acme"] } },
      ),
      9,
    ],
  ])("%s", (_, run, cost) => {
    expect(run.result.verdict).not.toBe("fail");
    const { witness, picture, checker, words } = shown(run);
    expect(checker).toBeNull();
    expect(witness).toMatchObject({ cost, bound: 10, rowCount: cost });
    expect(picture?.ticks.map(({ row }) => row)).toEqual(witness.rows);
    expect(picture?.ticks.at(-1)?.total).toBe(cost);
    expect(words).not.toContain("too many");
  });

  it("is one of a judged phase, though the warm-up came nearer", () => {
    const phase = { fromMs: 1_000, untilMs: 9_000, model: "open" } as const;
    const run = judged(
      [...answers(1_000, 10, { phase: "warm-up", subject: "early" }), ...answers(2_000, 9)],
      {
        phases: [
          { ...phase, name: "burst", role: "judged" },
          { ...phase, name: "warm-up", role: "warmup" },
        ],
      },
    );
    expect(shown(run).witness).toMatchObject({ subject: "hot", cost: 9, bound: 10 });
  });

  it("is none where nothing was let in for good, or nothing is promised", () => {
    expect(worstSpan(judged(answers(1_000, 90, { refund: "given" })))).toBeNull();
    expect(worstSpan(judged(answers(1_000, 90), { promises: { upper: { kind: "none" } } }))).toBeNull();
  });

  it("never shows more than is promised, and nothing where a checker would convict", () => {
    const kinds: Promised[] = [
      { kind: "window", ...policy },
      { kind: "rate", burst: 10, ...policy },
      { kind: "two-counters", ...policy },
      { kind: "fixed", phase: "epoch", ...policy },
      { kind: "fixed", phase: "unknown", ...policy },
    ];
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...kinds), (seed, upper) => {
        const random = seededRandom(seed, "pictures");
        const rows = answers(1_000, 20 + Math.floor(random() * 30)).map((row): Row => {
          const sentMs = row.sentMs + Math.floor(random() * 1_500);
          return {
            ...row,
            sentMs,
            receivedMs: sentMs + 20 * random(),
            cost: 1 + Math.floor(random() * 2),
            replica: Math.floor(random() * 2),
            outcome: random() < 0.6 ? "allowed" : "denied",
            refund: random() < 0.1 ? "given" : "none",
          };
        });
        const faults = random() < 0.5 ? [{ ...fault, fromMs: 1_500, injectedMs: 1_510 }] : [];
        const isPerReplica = random() < 0.5;
        const run = judged(rows, { checkers: [withinBound()], faults, promises: { upper, isPerReplica } });
        const span = worstSpan(run);
        if (run.result.verdict === "fail") expect(span?.checker).toBe("within-bound");
        if (span === null || span.checker !== null) return;
        expect(span.witness.cost).toBeLessThanOrEqual(span.witness.bound);
        expect(span.picture?.ticks.at(-1)?.total).toBe(span.witness.cost);
      }),
      { numRuns: 200 },
    );
  });
});

it("the tightest span is the one that holds the largest share of what is promised, of all", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = seededRandom(seed, "tightest");
      const rows = answers(1_000, 12).map((row): Row => {
        const sentMs = 1_000 + Math.floor(1_500 * random());
        return { ...row, sentMs, receivedMs: sentMs + 30 * random() };
      });
      const run = judged(rows, { policy: { ...policy, limit: 20 } });
      const share = ({ cost, bound }: { cost: number; bound: number }) => cost / bound;
      const spans = rows.flatMap(({ sentMs: fromMs }) =>
        rows.map(({ receivedMs: untilMs = 0 }) => ({
          cost: rows.filter(({ sentMs, receivedMs = 0 }) => sentMs >= fromMs && receivedMs <= untilMs).length,
          bound: 20 * (Math.floor((untilMs - fromMs + 0.01) / 500) + 1),
        })),
      );
      const fullest = Math.max(...spans.filter(({ cost }) => cost > 0).map(share));
      expect(share(shown(run).witness)).toBeGreaterThanOrEqual(fullest);
    }),
    { numRuns: 100 },
  );
});

describe("the picture of a span that convicts", () => {
  const owned: Told = {
    policy: { ...policy, by: "tenant" },
    belongs: { tenant: ["acme", "acme", "beta"] },
  };

  it("is drawn of the owner that the policy counts, not of a client of the same name", () => {
    const rows = [
      ...answers(1_000, 7, { subject: "beta" }),
      ...answers(1_010, 7, { subject: "a client" }),
      ...answers(1_017, 1, { subject: "a client", outcome: "denied" }),
      ...answers(1_030, 1, { subject: "acme" }),
    ];
    const { witness, picture } = shown(judged(rows, owned));
    expect(witness).toMatchObject({ subject: "acme", cost: 14, bound: 10 });
    expect(picture?.ticks.map(({ row }) => row)).toEqual(witness.rows);
    expect(picture?.ticks.at(-1)?.total).toBe(14);
    const denied = shown(
      judged([...rows, ...answers(1_005, 1, { subject: "beta", outcome: "denied" })], owned),
    );
    expect(denied.picture?.denied).toHaveLength(1);
  });

  it.each<[string, JudgedRun]>([
    ["a loss of state", judged([...answers(1_000, 10), ...answers(1_030, 14)], { faults: [fault] })],
    [
      "what was given back",
      judged(answers(1_000, 40).map((row, i) => ({ ...row, refund: i % 3 === 0 ? "given" : "none" }))),
    ],
    [
      "other replicas",
      judged(
        answers(1_000, 30).map((row, i) => ({ ...row, replica: i % 2 })),
        { promises: { isPerReplica: true } },
      ),
    ],
    [
      "so many that the witness names only the first",
      judged(spread(2_600), { policy: { ...policy, limit: 2_500 } }),
    ],
  ])("ends at the cost that convicts: %s", (_, run) => {
    const { witness, picture } = shown(run);
    expect(witness.kind).toBe("let-in");
    expect(picture?.ticks.at(-1)?.total).toBe(witness.cost);
    expect(picture?.tickCount).toBe(witness.rowCount);
    expect(picture?.promise.at(-1)?.cost).toBe(witness.bound);
  });

  it("shows the bound that convicts fixed windows, not their curve", () => {
    const fixed = { kind: "fixed", phase: "epoch", ...policy } as const;
    const { witness, picture, words } = shown(judged(answers(1_050, 15), { promises: { upper: fixed } }));
    expect(witness).toMatchObject({ bound: 10 });
    expect(witness.cost).toBeGreaterThan(10);
    expect(picture?.promise.map(({ cost }) => cost)).toEqual([10, 10]);
    expect(words).toContain("promised: at most 10");
  });
});

/** As many, so close that one window holds them. */
function spread(count: number): Row[] {
  return answers(1_000, count).map((row, i) => ({
    ...row,
    sentMs: 1_000 + i / 8,
    receivedMs: 1_000.5 + i / 8,
  }));
}

describe("a denial that convicts", () => {
  const lower: Record<string, Promised> = {
    window: { kind: "window", ...policy },
    rate: { kind: "rate", burst: 10, ...policy },
    fixed: { kind: "fixed", phase: "epoch", ...policy },
  };
  const rows = [
    ...answers(1_060, 3),
    { sentMs: 1_070, outcome: "lost" } as const,
    ...answers(1_080, 1, { outcome: "denied" }),
  ];

  it.each(Object.entries(lower))(
    "is shown under the limit, with what may have counted: %s",
    (_, promised) => {
      const run = judged(rows, { checkers: [noFalseDenials()], promises: { lower: promised } });
      const { witness, picture, verdict, words } = shown(run);
      expect([verdict, witness.kind, witness.cost, witness.bound]).toEqual(["fail", "turned-away", 4, 10]);
      expect(picture?.promise.map(({ cost }) => cost)).toEqual([10, 10]);
      expect(picture?.ticks.map(({ row }) => row)).toEqual([0, 1, 2, 3]);
      expect(picture?.ticks.at(-1)?.total).toBeCloseTo(4, 0);
      expect(picture?.overAbove).toBe(Number.POSITIVE_INFINITY);
      expect(words).toContain("The denial that convicts: cost that may have counted against hot");
      expect(words).toContain("no more than 4 can have counted against it, of 10");
      expect(words).toContain("limit: 10");
      expect(words).not.toMatch(/let in|promised/);
    },
  );

  it("has no picture where a replica turned away alone: its share is another limit, of other requests", () => {
    const cut = { ...fault, losesState: "none", cutsOff: true, injectedMs: 1_021, healingMs: 9_000 } as const;
    const own = { source: "local" } as const;
    const alone = { ...own, outcome: "denied" } as const;
    const run = judged([...answers(2_000, 3, own), ...answers(2_600, 3, own), ...answers(2_610, 5, alone)], {
      checkers: [fallbackAsDeclared()],
      faults: [{ ...cut, untilMs: 9_001 }],
      promises: { withoutRedis: { ...times, kind: "local", share: "equal", writesBack: false } },
    });
    const { witness, picture, words } = shown(run);
    expect(witness).toMatchObject({ kind: "turned-away", bound: 10 });
    expect(words).toContain("it was turned away although no more than");
    expect(picture).toBeNull();
  });

  it("has no picture where nobody may be turned away", () => {
    const run = judged(rows, { checkers: [noFalseDenials()], promises: { lower: { kind: "unlimited" } } });
    const { picture, words } = shown(run);
    expect(picture).toBeNull();
    expect(words).toContain("it was turned away although nobody is promised to be");
    expect(run.result.reason).toContain("hot was turned away although nobody is promised to be");
  });
});

describe("answers that convict by themselves", () => {
  const cut = {
    ...fault,
    losesState: "none",
    cutsOff: true,
    injectedMs: 1_021,
    healingMs: 1_400,
    untilMs: 1_401,
  } as const;
  const run = judged([...answers(1_000, 5), ...answers(1_100, 7, { source: "local", outcome: "denied" })], {
    checkers: [fallbackAsDeclared()],
    faults: [cut],
    promises: { withoutRedis: { ...times, kind: "open" } },
  });

  it("are listed, and no word says that they were let in", async () => {
    const { witness, picture, words } = shown(run);
    expect(witness).toMatchObject({ kind: "answered", rowCount: 7 });
    expect(picture).toBeNull();
    expect(words).toContain("fallback-as-declared names 7 answers, each of which was wrong by itself");
    const html = page(run, assets);
    expect(html).toContain("The answers that convict");
    expect(html).not.toMatch(/certainly let in|Let in so far|id="witness-chart"/);
    const [xml] = await junit.render(run);
    expect(String(xml?.content)).toContain("Each of 7 answers convicts by itself");
  });
});
