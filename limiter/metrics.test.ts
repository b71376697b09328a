import { spawnSync } from "node:child_process";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { type Decision, decisionOf, unavailable } from "./decision.ts";
import { limiterMetrics } from "./metrics.ts";
import { tally } from "./tally.ts";

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly type: string;
  readonly samples: Sample[];
}

const SAMPLE = /^([a-z_:][a-z0-9_:]*)(?:\{((?:[a-z_][a-z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (\S+)$/i;

/** Reads an exposition strictly: HELP, TYPE and the samples of a family together, each once. */
function familiesIn(text: string): readonly Family[] {
  const families: Family[] = [];
  let help = "";
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const [, described, ...sentence] = /^# HELP (\S+) (.+)$/.exec(line) ?? [];
    const [, name = "", type = ""] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? [];
    const sample = SAMPLE.exec(line);
    if (described !== undefined) {
      expect(sentence.join(""), `HELP of ${described} ends`).toMatch(/\.$/);
      help = described;
    } else if (type !== "") {
      expect(help, "HELP comes before TYPE").toBe(name);
      expect(
        families.map((family) => family.name),
        "a family is there once",
      ).not.toContain(name);
      families.push({ name, type, samples: [] });
    } else if (sample !== null) {
      families
        .at(-1)
        ?.samples.push({ name: sample[1] ?? "", labels: sample[2] ?? "", value: Number(sample[3]) });
    } else throw new SyntaxError(`This is no line of an exposition: ${line}`);
  }
  return families;
}

/** Prometheus's own opinion, where it is installed; undefined if it is not. */
function promtoolOn(text: string): string | undefined {
  const { error, status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: text,
    encoding: "utf8",
  });
  return error === undefined ? `${status}${stdout}${stderr}` : undefined;
}

/** What Prometheus's conventions would have otherwise, by the rules of `promtool check metrics`. */
function complaintsAbout({ name, type, samples }: Family): readonly string[] {
  const suffixes = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
  const series = samples.map((sample) => `${sample.name}{${sample.labels}}`);
  const complaints: readonly (readonly [boolean, string])[] = [
    [/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name), "is not snake_case"],
    [name.endsWith("_total") === (type === "counter"), "_total is for counters, and for all of them"],
    [!/_(counter|gauge|histogram|metric)(_|$)/.test(name), "names its type"],
    [!/_(bucket|sum|count)$/.test(name), "ends as a part of a histogram does"],
    [
      !/_(ms|millis\w*|micros\w*|nanos\w*|minutes?|hours?|days?|kilo\w*|percent)(_|$)/.test(name),
      "has no base unit",
    ],
    [
      samples.every((sample) => suffixes.some((suffix) => sample.name === name + suffix)),
      "has a strange sample",
    ],
    [new Set(series).size === series.length, "has a series twice"],
    [samples.every(({ value }) => Number.isFinite(value)), "has a value that is no number"],
    [type !== "counter" || samples.every(({ value }) => value >= 0), "counts below zero"],
    [samples.every(({ labels }) => type === "histogram" || !/(^|,)le=/.test(labels)), "has the label le"],
  ];
  return complaints.filter(([isKept]) => !isKept).map(([, complaint]) => `${name} ${complaint}`);
}

function countOf(text: string, series: string): number {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? Number.NaN);
}

const names = ["second", "day"];
const allowed = decisionOf([0, 9, 0, 1, 90, 0, 1], names);
const denied = decisionOf([2, 9, 0, 1, 0, 500, 1], names);
const local: Decision = { ...allowed, source: "local" };

/** A registry with one of everything in it. */
function used(registry = new Registry()) {
  const metrics = limiterMetrics(names, registry);
  for (const decision of [allowed, allowed, denied, local, unavailable("second")])
    metrics.decided(decision, 0.001);
  metrics.decided(denied, 0.001, "shadow");
  metrics.decided(allowed, 0.001, "shadow");
  metrics.redisFailed("timeout");
  metrics.breakerMoved("open");
  metrics.fallbackKeys("day", 7);
  return { metrics, registry, text: () => registry.metrics() };
}

describe("limiterMetrics", () => {
  it("writes what Prometheus's conventions ask for", async () => {
    const families = familiesIn(await used().text());
    expect(families.map(({ name }) => name)).toEqual([
      "rate_limiter_decisions_total",
      "rate_limiter_throttled_total",
      "rate_limiter_redis_errors_total",
      "rate_limiter_decision_duration_seconds",
      "rate_limiter_breaker_state",
      "rate_limiter_breaker_transitions_total",
      "rate_limiter_fallback_keys",
    ]);
    expect(families.flatMap(complaintsAbout)).toEqual([]);
  });

  it.skipIf(promtoolOn("") === undefined)("is all right by promtool, where it is installed", async () => {
    expect(promtoolOn(await used().text())).toBe("0");
  });

  it("would be told what breaks them", () => {
    const wrong = [
      "# HELP requests_count Requests.",
      "# TYPE requests_count counter",
      "requests_count 1",
      "# HELP wait_ms Waits.",
      "# TYPE wait_ms gauge",
      'wait_ms{le="1"} NaN',
      'wait_ms{le="1"} 2',
    ];
    expect(familiesIn(wrong.join("\n")).flatMap(complaintsAbout)).toEqual([
      "requests_count _total is for counters, and for all of them",
      "requests_count ends as a part of a histogram does",
      "wait_ms has no base unit",
      "wait_ms has a series twice",
      "wait_ms has a value that is no number",
      "wait_ms has the label le",
    ]);
    expect(() => familiesIn("9metric 1")).toThrow(SyntaxError);
  });

  it("counts every decision once, and as throttled exactly what was refused by a policy", async () => {
    const text = await used().text();
    const decisions = (labels: string) => countOf(text, `rate_limiter_decisions_total{${labels}}`);
    expect(decisions('policy="second",outcome="allowed",source="redis"')).toBe(3);
    expect(decisions('policy="second",outcome="allowed",source="local"')).toBe(1);
    expect(decisions('policy="second",outcome="unavailable",source="local"')).toBe(1);
    expect(decisions('policy="day",outcome="denied",source="redis"')).toBe(1);
    expect(decisions('policy="day",outcome="shadow_denied",source="redis"')).toBe(1);
    expect(countOf(text, 'rate_limiter_throttled_total{policy="day"}')).toBe(1);
    expect(countOf(text, 'rate_limiter_throttled_total{policy="second"}')).toBe(0);
    expect(countOf(text, "rate_limiter_decision_duration_seconds_count")).toBe(7);
    expect(countOf(text, "rate_limiter_decision_duration_seconds_sum")).toBeCloseTo(0.007);
  });

  it("shows what there may be as zero from the beginning", async () => {
    const registry = new Registry();
    limiterMetrics(names, registry);
    const text = await registry.metrics();
    expect(countOf(text, 'rate_limiter_throttled_total{policy="day"}')).toBe(0);
    expect(countOf(text, 'rate_limiter_redis_errors_total{reason="timeout"}')).toBe(0);
    expect(countOf(text, 'rate_limiter_breaker_state{state="open"}')).toBe(0);
    expect(countOf(text, 'rate_limiter_fallback_keys{policy="second"}')).toBe(0);
  });

  it("adds up the limiters that share a registry, and forgets the state of those that are closed", async () => {
    const { metrics, registry, text } = used();
    const other = used(registry).metrics;
    other.breakerMoved("half-open");
    expect(countOf(await text(), 'rate_limiter_breaker_state{state="open"}')).toBe(1);
    expect(countOf(await text(), 'rate_limiter_breaker_state{state="half-open"}')).toBe(1);
    expect(countOf(await text(), 'rate_limiter_breaker_state{state="closed"}')).toBe(0);
    expect(countOf(await text(), 'rate_limiter_breaker_transitions_total{state="open"}')).toBe(2);
    expect(countOf(await text(), 'rate_limiter_fallback_keys{policy="day"}')).toBe(14);
    other.close();
    other.breakerMoved("open");
    other.fallbackKeys("day", 5);
    metrics.fallbackKeys("day", 3);
    expect(countOf(await text(), 'rate_limiter_breaker_state{state="open"}')).toBe(1);
    expect(countOf(await text(), 'rate_limiter_breaker_state{state="half-open"}')).toBe(0);
    expect(countOf(await text(), 'rate_limiter_fallback_keys{policy="day"}')).toBe(3);
    expect(countOf(await text(), 'rate_limiter_throttled_total{policy="day"}')).toBe(2);
  });

  it("loses nothing while it is scraped, and never counts backwards", async () => {
    const registry = new Registry();
    const limiters = [limiterMetrics(names, registry), limiterMetrics(names, registry)];
    const seen: Promise<number>[] = [];
    const scrape = async () =>
      countOf(await registry.metrics(), 'rate_limiter_throttled_total{policy="day"}');
    await Promise.all(
      Array.from({ length: 2_000 }, async (_, i) => {
        await Promise.resolve();
        limiters[i % 2]?.decided(denied, 0.001);
        if (i % 50 === 0) seen.push(scrape());
        if (i % 7 === 0) await new Promise(setImmediate);
        limiters[i % 2]?.decided(allowed, 0.001);
      }),
    );
    const values = await Promise.all([...seen, scrape()]);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(values.at(-1)).toBe(2_000);
    const text = await registry.metrics();
    expect(countOf(text, "rate_limiter_decision_duration_seconds_count")).toBe(4_000);
    expect(
      countOf(text, 'rate_limiter_decisions_total{policy="second",outcome="allowed",source="redis"}'),
    ).toBe(2_000);
  });

  it("escapes the names of policies in labels", async () => {
    const registry = new Registry();
    limiterMetrics(["a\\b"], registry);
    expect(familiesIn(await registry.metrics()).flatMap(complaintsAbout)).toEqual([]);
  });
});

describe("tally", () => {
  it("refuses a metric that is somebody else's", () => {
    const registry = new Registry();
    limiterMetrics(names, registry);
    const name = "rate_limiter_decision_duration_seconds";
    expect(() => tally(registry, "counter", name, "Others.", [])).toThrow("not this limiter's");
  });
});
