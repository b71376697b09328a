import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { controlKey } from "../history/control-key.ts";
import { type EvidenceOptions, evidenceFromRows } from "../history/evidence-from-rows.ts";
import type { ReplicaLife, Scrape } from "../history/history.ts";
import { referenceMetricNames } from "../metrics/metric-names.ts";
import { type CountedRow, type ReadAt, scrapesOf } from "./metrics/counting-gateway.ts";
import { metricsTellTheTruth } from "./metrics-tell-the-truth.ts";

const policy = { name: "p", limit: 10, windowMs: 1_000 };
const check = (
  rows: readonly CountedRow[],
  scrapes: readonly Scrape[],
  more: Partial<EvidenceOptions> = {},
) => metricsTellTheTruth().check(evidenceFromRows({ policy, rows, scrapes, ...more }));

/** Two hundred requests of a second each 10 ms apart, every third denied, the last fifty without Redis. */
const rows: readonly CountedRow[] = Array.from({ length: 200 }, (_, i) => ({
  sentMs: 1_000 + 10 * i,
  receivedMs: 1_004 + 10 * i,
  countedMs: 1_002 + 10 * i,
  outcome: i % 3 === 0 ? "denied" : "allowed",
  source: i >= 150 ? "local" : "redis",
}));
const readAt = (atMs: number): ReadAt => ({ requestedMs: atMs - 1, atMs, receivedMs: atMs + 1 });
const reads = [900, 1_500, 2_000, 2_500, 4_000, 4_200].map(readAt);
const changed = (change: (row: CountedRow, index: number) => Partial<CountedRow>): CountedRow[] =>
  rows.map((row, index) => ({ ...row, ...change(row, index) }));
const appended = (more: string) => (text: string) => `${text}${more}`;
const withText = (change: (text: string) => string): Scrape[] =>
  scrapesOf(rows, reads).map((scrape) => ({ ...scrape, text: change(scrape.text) }));

describe("metrics-tell-the-truth", () => {
  it("passes counters that are what was answered, and says so exactly", () => {
    const finding = check(rows, scrapesOf(rows, reads));
    expect(finding).toMatchObject({
      verdict: "pass",
      numbers: { blindShare: 0, answered: 200, counted: 200 },
    });
    expect(finding.summary).toBe("What 1 gateways count agrees with 200 answers exactly");
    expect(finding.notes).toContain("denials: 67 answered, 67 counted by rate_limiter_decisions_total");
  });

  it.each<[string, (row: CountedRow, index: number) => Partial<CountedRow>, string]>([
    [
      "one denial that is counted twice",
      (_, i) => (i === 99 ? { throttles: 2 } : {}),
      "counted 35 throttled requests from -0.1 s to 1.0 s",
    ],
    [
      "one denial that is not counted",
      (_, i) => (i === 99 ? { throttles: 0 } : {}),
      "counted 66 throttled requests from its start to 3.0 s",
    ],
    [
      "denials without Redis that are not counted",
      ({ source, outcome }) => (source === "local" && outcome === "denied" ? { countedMs: 1e9 } : {}),
      "counted 0 denials without Redis",
    ],
    [
      "one denial counted as allowed",
      (_, i) => (i === 99 ? { countedAs: "allowed" } : {}),
      "counted 101 admissions from -0.1 s to 1.5 s",
    ],
    [
      "one decision in Redis's name",
      (_, i) => (i === 199 ? { countedSource: "redis" } : {}),
      "without Redis",
    ],
    ["milliseconds for seconds", () => ({ seconds: 2 }), "within"],
  ])("convicts %s", (_, change, words) => {
    const finding = check(rows, scrapesOf(changed(change), reads));
    expect(finding.verdict).toBe("fail");
    expect([finding.summary, ...(finding.notes ?? [])].join("\n")).toContain(words);
  });

  it("convicts a histogram by its sum alone, where its buckets hold enough", () => {
    const scrapes = scrapesOf(rows, reads).map((scrape) => ({
      ...scrape,
      text: scrape.text.replace(/(_sum) (\S+)/, (_, name, sum) => `${name} ${Number(sum) * 1_000}`),
    }));
    expect(check(rows, scrapes).summary).toContain("took 400 s in all, where even the requests took 0.8 s");
  });

  it("convicts a counter that falls in one life, and takes it for another process where that is what it says", () => {
    const scrapes = scrapesOf(rows, [...reads, readAt(1_100)]).map((scrape, i) => ({
      ...scrape,
      ...(i === 6 ? { requestedMs: 5_000, receivedMs: 5_001 } : {}),
    }));
    expect(check(rows, scrapes).summary).toContain("counted 200 decisions and then 10, in one process life");
    const started = scrapes.map((scrape, i) => ({
      ...scrape,
      text: `${scrape.text}process_start_time_seconds ${i === 6 ? 900 : 100}\n`,
    }));
    expect(check(rows, started).verdict).toBe("pass");
  });

  it("convicts a text that is none, by the number of its line, where it tells of decisions", () => {
    const finding = check(rows, withText(appended("rate_limiter_decisions_total{b} 1\n")));
    expect(finding).toMatchObject({ verdict: "fail" });
    expect(finding.summary).toMatch(
      /^The metrics of gateway 0 are no Prometheus text: line \d+: no label begins at/,
    );
  });

  it.each([
    ["no metric", "ok\n"],
    ["a label without its value", "a{b} 1\n"],
    ["an exemplar", 'other_bucket{le="1"} 1 # {trace_id="a"} 0.5\n'],
    ["a type of another format", "# TYPE build info\nbuild_info 1\n"],
    [
      "another histogram that does not add up",
      '# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_count 2\nh_sum 1\n',
    ],
    ["a last line that does not end", "other_total 1"],
  ])("only notes what tells nothing of decisions: %s", (_, text) => {
    const finding = check(rows, withText(appended(text)));
    expect(finding.verdict, finding.summary).toBe("pass");
    expect(finding.notes?.join()).toContain("is no Prometheus text, and nothing of its decisions: line");
  });

  it("finds nothing wrong in when a counter began, told between its lines", () => {
    const created = (text: string) =>
      text.replace(/^(rate_limiter_decisions)_total(.*) \d+\n/gm, "$&$1_created$2 1.7e9\n");
    expect(check(rows, withText(created))).toMatchObject({ verdict: "pass" });
  });

  it("does not apply to OpenMetrics, whether the answer calls itself so or ends so", () => {
    const wrong = appended("rate_limiter_decisions_total{b} 1\n");
    const called = withText(wrong).map((scrape): Scrape => ({ ...scrape, format: "openmetrics" }));
    expect(check(rows, called).verdict).toBe("not-applicable");
    expect(
      check(
        rows,
        withText((text) => `${wrong(text)}# EOF\n`),
      ).verdict,
    ).toBe("not-applicable");
  });

  it("convicts a histogram that does not add up only where it rested", () => {
    const more = (text: string) =>
      text.replace(/(_seconds_count) (\d+)/, (_, name, n) => `${name} ${+n + 1}`);
    const torn = (at: number) =>
      scrapesOf(rows, reads).map((one, i) => (i >= at ? { ...one, text: more(one.text) } : one));
    expect(check(rows, torn(5)).summary).not.toContain("no Prometheus text");
    expect(check(rows, torn(4)).summary).toContain("seconds_count is not what its last bucket holds");
  });

  it("is inconclusive where most was answered after the last scrape, or is unknown", () => {
    expect(check(rows, scrapesOf(rows, reads.slice(0, 3)))).toMatchObject({ verdict: "inconclusive" });
    const lost = changed((_, i) => (i % 10 === 0 ? { outcome: "lost", receivedMs: Number.NaN } : {}));
    expect(check(lost, scrapesOf(lost, reads))).toMatchObject({ verdict: "inconclusive" });
  });

  it("does not apply where no metrics are told, or none that it knows", () => {
    expect(check(rows, []).verdict).toBe("not-applicable");
    const foreign = reads.map(({ requestedMs, receivedMs }) => ({
      replica: 0,
      requestedMs,
      receivedMs,
      text: "up 1\n",
    }));
    expect(check(rows, foreign).summary).toContain("none called rate_limiter_decisions_total");
  });

  it("reads foreign names, and bounds nothing from above where others may ask too", () => {
    const scrapes = scrapesOf(rows, reads).map((scrape) => ({
      ...scrape,
      text: scrape.text
        .replaceAll("rate_limiter_decisions_total", "hits")
        .replaceAll('outcome="denied"', 'outcome="no"'),
    }));
    const { history } = evidenceFromRows({ policy, rows: rows.slice(0, 190), scrapes });
    const names = { allowed: ['hits{outcome="allowed"}'], denied: ['hits{outcome="no"}'] };
    const verdict = (asked: "by-us-alone" | "by-others-too") =>
      metricsTellTheTruth().check({ history: { ...history, metrics: { names, asked } }, claims: [] }).verdict;
    expect(verdict("by-us-alone")).toBe("fail");
    expect(verdict("by-others-too")).toBe("pass");
  });

  it("convicts who others may ask too only where every reading tells the same start", () => {
    const scrapes = scrapesOf(
      changed((_, i) => (i === 99 ? { countedMs: 1e9 } : {})),
      reads,
    );
    const judge = (startOf: (reading: number) => number | null) => {
      const started = scrapes.map((scrape, i) => {
        const start = startOf(i);
        const line = start === null ? "" : `process_start_time_seconds ${start}\n`;
        return { ...scrape, text: scrape.text + line };
      });
      const { history } = evidenceFromRows({ policy, rows, scrapes: started });
      const metrics = { names: referenceMetricNames, asked: "by-others-too" } as const;
      return metricsTellTheTruth().check({ history: { ...history, metrics }, claims: [] });
    };
    expect(judge(() => 100.25).verdict).toBe("fail");
    expect(judge(() => null).summary).toMatch(
      /^Gateway 0 counted .*, but no single process_start_time_seconds/,
    );
    expect(judge(() => null).verdict).toBe("inconclusive");
    expect(judge((i) => 100 + (i % 2) / 100).verdict).toBe("inconclusive");
    expect(judge((i) => (i === 0 ? null : 100)).verdict).toBe("inconclusive");
    expect(judge((i) => (i < 2 ? 100 : 200)).verdict).not.toBe("fail");
  });

  it("allows each duration one step of the limiter's clock, and no more", () => {
    const stepped = scrapesOf(
      changed(() => ({ seconds: 0.005 })),
      reads,
    );
    const judge = (clockResolutionMs: number) => check(rows, stepped, { promises: { clockResolutionMs } });
    expect(judge(1).verdict).toBe("pass");
    expect(judge(0).summary).toContain("took 1 s in all, where even the requests took 0.8 s");
    const bucket = changed((_, i) => (i === 0 ? { receivedMs: 1_009.5, seconds: 0.010_4 } : {}));
    const late = (clockResolutionMs: number) =>
      check(bucket, scrapesOf(bucket, reads), { promises: { clockResolutionMs } });
    expect(late(1).verdict).toBe("pass");
    expect(late(0).summary).toContain(
      "tells of 199 decisions within 10 ms, where 200 were answered within it",
    );
  });

  it("judges each life of a killed gateway for itself, and neither for what lies between", () => {
    const lives: ReplicaLife[] = [
      { replica: 0, fromMs: 800, untilMs: 1_905 },
      { replica: 0, fromMs: 2_095, untilMs: null },
    ];
    const killed = changed(({ sentMs }) =>
      sentMs >= 1_900 && sentMs < 2_100 ? { outcome: "lost", receivedMs: Number.NaN, countedMs: 1e9 } : {},
    );
    const readings = [900, 1_500, 1_890, 2_110, 2_500, 4_000].map(readAt);
    const options = { lives };
    const scrapes = scrapesOf(killed, readings, lives);
    const all = metricsTellTheTruth({ maxBlindShare: 0.5 });
    expect(all.check(evidenceFromRows({ policy, rows: killed, scrapes, ...options })).verdict).toBe("pass");
    const forgot = killed.map((row) => (row.sentMs === 2_200 ? { ...row, countedMs: 1e9 } : row));
    const wrong = scrapesOf(forgot, readings, lives);
    expect(all.check(evidenceFromRows({ policy, rows: killed, scrapes: wrong, ...options })).verdict).toBe(
      "fail",
    );
  });
});

describe("requests for a gateway's health", () => {
  const controls: readonly CountedRow[] = Array.from({ length: 40 }, (_, i) => ({
    subject: controlKey,
    outcome: "control",
    sentMs: 1_005 + 50 * i,
    receivedMs: 1_007 + 50 * i,
    countedMs: 1_006 + 50 * i,
    countedSource: "redis",
  }));
  const uncounted = controls.map((row) => ({ ...row, countedMs: Number.POSITIVE_INFINITY }));
  const judge = (
    counting: readonly CountedRow[],
    own: readonly CountedRow[],
    change = (text: string) => text,
  ) =>
    check(
      [...rows, ...own],
      scrapesOf([...counting, ...own], reads).map((scrape) => ({ ...scrape, text: change(scrape.text) })),
    );

  it("may be counted with the rest, by a counter around all paths: that is told, and exact", () => {
    const finding = judge(rows, controls);
    expect(finding.verdict, finding.summary).toBe("pass");
    expect(finding.notes?.join()).toMatch(/Gateway 0 may count in .* the 40 requests for its health, too/);
  });

  it("convict with the rest where they are counted: one admission more than that, or one less", () => {
    const [first] = rows.filter(({ outcome }) => outcome === "allowed");
    const extra = first === undefined ? [] : [first];
    expect(judge([...rows, ...extra], controls).verdict).toBe("fail");
    expect(judge([...rows, ...extra], uncounted).verdict).toBe("fail");
    expect(
      judge(
        rows.filter((row) => row !== first),
        uncounted,
      ).verdict,
    ).toBe("fail");
    expect(judge([...rows, ...extra], []).verdict).toBe("fail");
  });

  it("hide no denial that is counted twice where admissions prove that they are not counted", () => {
    const twice = rows.map((row, i) => (i === 99 ? { ...row, throttles: 2 } : row));
    expect(judge(twice, uncounted).verdict).toBe("fail");
  });

  it("leave open whether denials are counted twice where only denials are told", () => {
    const denials = (text: string) =>
      text
        .split("\n")
        .filter((line) => line.includes("throttled"))
        .join("\n");
    const told = (text: string) => `${denials(text)}\n`;
    const twice = rows.map((row, i) => (i % 15 === 0 ? { ...row, throttles: 2 } : row));
    expect(judge(rows, uncounted, told).verdict).toBe("pass");
    expect(judge(twice, uncounted, told)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("but the requests for its health may be among them"),
    });
    expect(judge(twice, [], told).verdict).toBe("fail");
  });

  it("may be among the durations, which then took as long as they did at most", () => {
    const half = (text: string) =>
      text.replace(/(_seconds_sum) (\S+)/, (_, name, sum) => `${name} ${2 * Number(sum)}`);
    const slow = controls.map((row) => ({ ...row, sentMs: row.sentMs - 4, receivedMs: row.sentMs + 6 }));
    expect(judge(rows, slow, half).verdict).toBe("pass");
  });
});

describe("what is no number of requests", () => {
  it.each(["NaN", "+Inf", "-Inf"])("convicts where it is told from the first reading on: %s", (value) => {
    const told = (text: string) =>
      text
        .replace("# TYPE rate_limiter_decisions_total counter\n", "")
        .replace(/(source="redis"\}) \d+/, `$1 ${value}`);
    const finding = check(rows, withText(told));
    expect(finding.verdict, finding.summary).toBe("fail");
    expect(finding.summary).toMatch(
      /^Gateway 0 tells (NaN|-?Infinity) as its count of admissions, which is no number/,
    );
  });

  it("convicts a sum of durations that is none, and says nothing of what is not read", () => {
    const sum = (text: string) => text.replace(/(_seconds_sum) \S+/, "$1 NaN");
    expect(check(rows, withText(sum)).summary).toBe(
      "Gateway 0 tells NaN in rate_limiter_decision_duration_seconds_sum, which no durations come to",
    );
    expect(check(rows, withText(appended("# TYPE ratio gauge\nratio NaN\n"))).verdict).toBe("pass");
  });
});

describe("a gateway that counts rightly, whenever within its answer, and however it is read", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const request = fc.record({
    at: fc.integer({ min: 0, max: 3_000 }),
    took: fc.integer({ min: 0, max: 300 }),
    decided: share,
    late: share,
    outcome: fc.constantFrom("allowed", "denied", "unavailable", "lost", "error") as fc.Arbitrary<
      "allowed" | "denied" | "unavailable" | "lost" | "error"
    >,
    isCounted: fc.boolean(),
    source: fc.constantFrom("redis", "local", "unlabelled") as fc.Arbitrary<"redis" | "local" | "unlabelled">,
  });
  const read = fc.record({
    at: fc.integer({ min: 0, max: 3_500 }),
    took: fc.integer({ min: 0, max: 90 }),
    when: share,
  });
  const story = fc.record({
    requests: fc.array(request, { maxLength: 40 }),
    reads: fc.array(read, { maxLength: 8 }),
  });

  const rowsOf = (
    requests: readonly (typeof request extends fc.Arbitrary<infer T> ? T : never)[],
  ): CountedRow[] =>
    requests.map(({ at, took, decided, late, outcome, isCounted, source }) => {
      const isKnown = outcome !== "lost" && outcome !== "error";
      // What is lost may be decided long after.
      const decidedMs = at + decided * took + (isKnown ? late * 100 : 1_000 * late);
      return {
        sentMs: at,
        receivedMs: outcome === "lost" ? Number.NaN : at + took,
        countedMs: isKnown || isCounted ? decidedMs : Number.POSITIVE_INFINITY,
        seconds: (took * decided) / 1_000,
        outcome,
        source,
      };
    });
  const readsOf = (all: readonly { at: number; took: number; when: number }[]): ReadAt[] => {
    let free = 0;
    return all
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, took, when }) => {
        const requestedMs = Math.max(free, at);
        free = requestedMs + took;
        return { requestedMs, atMs: requestedMs + when * took, receivedMs: free };
      });
  };

  it("is never convicted, nor when an answer is lost on its way", () => {
    fc.assert(
      fc.property(story, fc.nat(), ({ requests, reads: all }, lostAt) => {
        const told = rowsOf(requests);
        const scrapes = scrapesOf(told, readsOf(all));
        expect(check(told, scrapes).summary).not.toMatch(/^Gateway/);
        const lost = told.map((row, i) =>
          i === lostAt % told.length ? { ...row, outcome: "lost" as const, receivedMs: Number.NaN } : row,
        );
        expect(check(lost, scrapes).verdict).not.toBe("fail");
      }),
      { numRuns: 200 },
    );
  });

  it("is never convicted for the decisions that our own scrapes cost it, whether they are read or turned away", () => {
    const turnedAway = fc.infiniteStream(fc.boolean());
    fc.assert(
      fc.property(story, turnedAway, ({ requests, reads: all }, isDenied) => {
        const told = rowsOf(requests);
        let unreadBefore = 0;
        const asked = readsOf([...all, { at: 9_000, took: 9, when: 1 }, { at: 9_200, took: 9, when: 0 }]).map(
          (read) => {
            const outcome = isDenied.next().value ? ("denied" as const) : ("allowed" as const);
            const missed = unreadBefore;
            unreadBefore = outcome === "denied" ? unreadBefore + 1 : 0;
            return { read, outcome, missed };
          },
        );
        const own = asked.map(({ read, outcome }): CountedRow => {
          const { requestedMs: sentMs, atMs: countedMs, receivedMs } = read;
          return { sentMs, countedMs, receivedMs, outcome, source: "redis" };
        });
        const answered = asked.filter(({ outcome }) => outcome === "allowed");
        const scrapes = scrapesOf(
          [...told, ...own],
          answered.map(({ read }) => read),
        ).map((scrape, at) => ({ ...scrape, unreadBefore: answered[at]?.missed ?? 0 }));
        expect(check(told, scrapes).verdict).not.toBe("fail");
      }),
      { numRuns: 200 },
    );
  });

  it("is never convicted for counting who asks for its health, or for not doing so", () => {
    const health = fc.record({
      at: fc.integer({ min: 0, max: 3_000 }),
      took: fc.integer({ min: 0, max: 300 }),
      when: share,
    });
    fc.assert(
      fc.property(
        story,
        fc.array(health, { maxLength: 20 }),
        fc.boolean(),
        ({ requests, reads: all }, asked, isCounted) => {
          const controls = asked.map(
            ({ at, took, when }): CountedRow => ({
              subject: controlKey,
              outcome: "control",
              sentMs: at,
              receivedMs: at + took,
              countedMs: isCounted ? at + took * when + 100 * when : Number.POSITIVE_INFINITY,
              seconds: (took * when) / 1_000,
            }),
          );
          const told = [...rowsOf(requests), ...controls];
          const ends = [
            { at: 9_000, took: 9, when: 1 },
            { at: 9_200, took: 9, when: 0 },
          ];
          const finding = check(told, scrapesOf(told, readsOf([...all, ...ends])));
          expect(finding.verdict, finding.summary).not.toBe("fail");
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is convicted for one miscounted decision, where all is known and the ends are quiet", () => {
    fc.assert(
      fc.property(
        story,
        fc.nat(),
        fc.constantFrom("missing", "twice"),
        ({ requests, reads: all }, wrongAt, kind) => {
          const known = rowsOf(requests.filter(({ outcome }) => outcome !== "lost" && outcome !== "error"));
          fc.pre(known.length > 0);
          const wrong = known.flatMap((row, i) =>
            i !== wrongAt % known.length ? [row] : kind === "missing" ? [] : [row, row],
          );
          const ends = [
            { at: -500, took: 1, when: 1 },
            ...all,
            { at: 9_000, took: 1, when: 1 },
            { at: 9_200, took: 1, when: 1 },
          ];
          const shifted = readsOf(ends.map((one) => ({ ...one, at: one.at + 1_000 })));
          const later = (row: CountedRow): CountedRow => ({
            ...row,
            sentMs: row.sentMs + 1_000,
            receivedMs: (row.receivedMs ?? 0) + 1_000,
            countedMs: row.countedMs + 1_000,
          });
          expect(check(known.map(later), scrapesOf(wrong.map(later), shifted)).verdict).toBe("fail");
        },
      ),
      { numRuns: 100 },
    );
  });
});
