import { describe, expect, it } from "vitest";
import { sourceCode } from "../../harness/history/requests.ts";
import { guiltyRun, inconclusiveRun, outageRun, sampleRun } from "../sample-run.ts";
import { lagSeries } from "./lag-series.ts";
import { latencySeries } from "./latency-series.ts";
import { quantileSeries } from "./quantile-series.ts";
import { slotOfRow, slotsOf } from "./slots.ts";
import { tightestSpan } from "./tightest-span.ts";
import { timeLine } from "./time-line.ts";
import { witnessPicture } from "./witness-picture.ts";
import { worstSpan } from "./worst-span.ts";

const run = inconclusiveRun();
const { history, result } = run;
const guilty = guiltyRun();
const sum = (values: Uint32Array) => values.reduce((a, b) => a + b, 0);

describe("slots", () => {
  it("cover the run in 100 ms, and widen for long runs", () => {
    expect(slotsOf(history)).toEqual({ fromMs: 0, slotMs: 100, count: 224 });
    expect(slotsOf(history, 50)).toMatchObject({ slotMs: 500 });
  });
});

describe("the time line", () => {
  it("counts every request once, and its outcomes add up to what was offered", () => {
    const { offered, allowed, denied, errors, lost, dropped } = timeLine(history);
    expect(sum(offered)).toBe(history.requests.count);
    expect(sum(allowed)).toBe(result.outcomes.allowed);
    expect(sum(lost)).toBe(result.outcomes.lost);
    for (const [slot, many] of offered.entries())
      expect(
        [allowed, denied, errors, lost, dropped].reduce((total, column) => total + (column[slot] ?? 0), 0),
      ).toBe(many);
  });
});

describe("quantiles over time", () => {
  it("are the exact ones of each slot", () => {
    const slots = slotsOf(history);
    const { p50, p99, max } = latencySeries(history, slots);
    const slotOf = slotOfRow(slots, history);
    const { intendedMs, receivedMs } = history.requests;
    const took = [...slotOf.keys()]
      .filter((row) => slotOf[row] === 60 && Number.isFinite(receivedMs[row]))
      .map((row) => (receivedMs[row] ?? 0) - (intendedMs[row] ?? 0))
      .sort((a, b) => a - b);
    expect(p50[60]).toBe(took[Math.ceil(took.length * 0.5) - 1]);
    expect(p99[60]).toBe(took[Math.ceil(took.length * 0.99) - 1]);
    expect(max[60]).toBe(took.at(-1));
  });

  it("are NaN where nothing was measured, and the lag knows only paced phases", () => {
    const slots = { fromMs: 0, slotMs: 100, count: 3 };
    const series = quantileSeries(slots, Int32Array.of(0, -1, 2), Float64Array.of(Number.NaN, 5, 7));
    expect([...series.max]).toEqual([Number.NaN, Number.NaN, 7]);
    expect(lagSeries(history).max[200]).toBeNaN();
  });
});
describe("the tightest span", () => {
  it("leaves out what replicas admitted by themselves, for which another promise holds", () => {
    const { history: outage } = outageRun();
    const witness = tightestSpan(outage);
    expect(witness?.rows.map((row) => outage.requests.source[row])).not.toContain(sourceCode.local);
    expect(witness?.cost).toBeLessThanOrEqual(witness?.bound ?? 0);
    const source = outage.requests.source.map(() => sourceCode.local);
    expect(tightestSpan({ ...outage, requests: { ...outage.requests, source } })).toBeNull();
  });

  it("is none where a span goes beyond the promise", () => {
    expect(tightestSpan(guilty.history)).toBeNull();
    expect(worstSpan(sampleRun())?.checker).toBeNull();
  });
});

describe("the picture of a witness", () => {
  it("knows only the whole span's bound where replicas decided by themselves", () => {
    const { history: outage, result: judged } = outageRun();
    const { requests } = outage;
    const row = requests.source.indexOf(sourceCode.local);
    const fromMs = requests.sentMs[row] ?? 0;
    const [subject, policy] = [
      outage.subjects[requests.subject[row] ?? 0] ?? "",
      judged.policies[0]?.name ?? "",
    ];
    const witness = { kind: "let-in", subject, policy, fromMs, untilMs: fromMs + 900 } as const;
    const picture = witnessPicture(outage, { ...witness, cost: 1, bound: 1_000, rows: [row], rowCount: 1 });
    expect(picture?.promise).toEqual([
      { atMs: 0, cost: 1_000 },
      { atMs: 900, cost: 1_000 },
    ]);
  });

  it("ends at the cost that convicts, and knows how many it left out", () => {
    const span = worstSpan(guilty);
    expect(span?.checker).toBe("within-bound");
    if (span === null) return;
    const picture = witnessPicture(guilty.history, span.witness, 100);
    expect(picture?.ticks.at(-1)?.total).toBe(span.witness.cost);
    expect(picture?.ticks.length).toBeLessThanOrEqual(101);
    expect(picture?.tickCount).toBe(span.witness.rowCount);
    expect(picture?.promise.at(-1)?.cost).toBe(span.witness.bound);
  });
});
