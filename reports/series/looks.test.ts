import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawnHistory } from "../sample/drawn-history.ts";
import { outageRun } from "../sample-run.ts";
import { breakerSpans } from "./breaker-spans.ts";
import { faultRows } from "./fault-rows.ts";
import { redisSeries } from "./redis-series.ts";

const outage = outageRun();
const template = outage.history.redisSamples[0];
const fault = outage.result.faults[0];
if (template === undefined || fault === undefined) throw new Error("the sample outage has both");

describe("the breakers", () => {
  it("are closed before the outage, open or probing in it, and closed after it", () => {
    const spans = breakerSpans(outage.history);
    for (const replica of [0, 1, 2]) {
      const states = spans.filter((span) => span.replica === replica).map(({ state }) => state);
      expect([states[0], states.at(-1)]).toEqual(["closed", "closed"]);
      expect(new Set(states.slice(1, -1))).toEqual(new Set(["open", "half-open"]));
    }
  });

  it("never overlap, and hold no longer than somebody looked", () => {
    const [head, ...rest] = outage.history.scrapes.filter(({ replica }) => replica === 0);
    if (head === undefined) return;
    const gap = { ...outage.history, scrapes: [head, ...rest.slice(-1)] };
    expect(breakerSpans(gap, 700).map(({ fromMs, untilMs }) => untilMs - fromMs)).toEqual([700]);
    let lastMs = Number.NEGATIVE_INFINITY;
    for (const { fromMs, untilMs } of breakerSpans({ ...outage.history, scrapes: [head, ...rest] })) {
      expect(fromMs).toBeGreaterThanOrEqual(lastMs);
      lastMs = untilMs;
    }
  });

  it("are left out when no metrics name one", () => {
    const scrapes = outage.history.scrapes.map((scrape) => ({ ...scrape, text: "up 1\n" }));
    expect(breakerSpans({ ...outage.history, scrapes })).toEqual([]);
  });

  it("show the worst state of several limiters in one process", () => {
    const text = [
      'rate_limiter_breaker_state{state="closed"} 2',
      'rate_limiter_breaker_state{state="open"} 0',
      'rate_limiter_breaker_state{state="half-open"} 1',
    ].join("\n");
    const scrapes = outage.history.scrapes.slice(0, 6).map((scrape) => ({ ...scrape, text }));
    const states = breakerSpans({ ...outage.history, scrapes }).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(["half-open"]));
  });
});

describe("Redis's counters", () => {
  const steps = fc.array(
    fc.record({
      ms: fc.integer({ min: 20, max: 900 }),
      commands: fc.integer({ min: 0, max: 5_000 }),
      isNewLife: fc.boolean(),
    }),
    { minLength: 1, maxLength: 20 },
  );
  const samplesOf = (drawn: typeof steps extends fc.Arbitrary<infer T> ? T : never) => {
    let [atMs, commands, life] = [0, 0, 0];
    return [{ ms: 0, commands: 0, isNewLife: false }, ...drawn].map((step) => {
      if (step.isNewLife) [commands, life] = [0, life + 1];
      atMs += step.ms;
      commands += step.commands;
      const at = drawnHistory([]).run.originMs + atMs;
      return { ...template, fromMs: at, untilMs: at, runId: `${life}`, commandsProcessed: commands };
    });
  };

  it("add up to what was counted, and never to more", () => {
    const slots = { fromMs: -100, slotMs: 10, count: 2_000 };
    fc.assert(
      fc.property(steps, (drawn) => {
        const redisSamples = samplesOf(drawn);
        const series = redisSeries({ ...drawnHistory([]), redisSamples }, slots);
        const counted = drawn.reduce((sum, step) => sum + (step.isNewLife ? 0 : step.commands), 0);
        const rates = series === null ? [] : [...series.commandsPerSecond].filter(Number.isFinite);
        const drawnSum = rates.reduce((sum, perSecond) => sum + perSecond / 100, 0);
        expect(rates.every((perSecond) => perSecond >= 0)).toBe(true);
        const fastest = Math.max(0, ...drawn.map((step) => step.commands / step.ms));
        expect(Math.abs(drawnSum - counted)).toBeLessThanOrEqual(1e-6 + fastest * 10 * (drawn.length + 1));
      }),
    );
  });

  it("have a gap where one life of Redis ended, and none without two looks at one life", () => {
    const redisSamples = samplesOf([
      { ms: 500, commands: 500, isNewLife: false },
      { ms: 500, commands: 0, isNewLife: true },
      { ms: 500, commands: 100, isNewLife: false },
    ]);
    const slots = { fromMs: 0, slotMs: 500, count: 3 };
    const history = { ...drawnHistory([]), redisSamples };
    expect([...(redisSeries(history, slots)?.commandsPerSecond ?? [])]).toEqual([1_000, Number.NaN, 200]);
    expect(redisSeries({ ...history, redisSamples: redisSamples.slice(0, 1) }, slots)).toBeNull();
  });
});

describe("the rows of the faults' labels", () => {
  it("keep faults that overlap apart, as long as no more than three do", () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 60 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(spans, (drawn) => {
        const faults = drawn.map(([atMs, ms]) => ({ ...fault, atMs, untilMs: atMs + ms }));
        const rows = faultRows(faults);
        const at = (ms: number) => faults.filter(({ atMs, untilMs }) => atMs <= ms && ms < untilMs).length;
        if (faults.some(({ atMs }) => at(atMs) > 3)) return;
        for (const [a, one] of faults.entries())
          for (const [b, other] of faults.entries())
            if (a < b && one.atMs < other.untilMs && other.atMs < one.untilMs)
              expect(rows[a]).not.toBe(rows[b]);
      }),
    );
  });
});
