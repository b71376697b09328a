import { createHash } from "node:crypto";
import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import type { PhaseResult } from "../harness/verdict/result.ts";
import { readAssets } from "./html/assets.ts";
import { page } from "./html/page.ts";
import { phaseTable } from "./html/particulars.ts";
import type { JudgedRun } from "./report-format.ts";
import { type Tag, tagsOf } from "./sample/tags-of.ts";
import { guiltyRun, hostileRun, inconclusiveRun, outageRun, sampleRun } from "./sample-run.ts";

const assets = readAssets();
const rendered = (run: JudgedRun) => {
  const html = page(run, assets);
  return { html, tags: tagsOf(html) };
};
const hostile = rendered(hostileRun());
const guilty = rendered(guiltyRun());
const outage = rendered(outageRun());
const hostileOutage = rendered(hostileRun(outageRun()));

describe("the page", () => {
  it("holds the same elements whatever the names are: none of them becomes markup", () => {
    const names = new Set([...guilty.tags, ...outage.tags].map(({ name }) => name));
    for (const { tags } of [hostile, hostileOutage]) {
      expect(tags.filter(({ name }) => !names.has(name))).toEqual([]);
      expect(tags.filter(({ name }) => name === "img")).toEqual([]);
    }
  });

  it.each([
    ["hostile", hostile],
    ["guilty", guilty],
    ["hostile outage", hostileOutage],
  ])("runs only its own script: %s", (_, { html, tags }) => {
    const scripts = tags.filter(({ name }) => name === "script");
    expect(scripts.map(({ attributes }) => attributes.type ?? "script")).toEqual([
      "application/json",
      "script",
    ]);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(
      tags
        .flatMap(({ attributes }) => Object.keys(attributes))
        .filter((name) => /^(?:on|style|src)/.test(name)),
    ).toEqual([]);
  });

  it("says of a phase how long its sending lasted, without the wait for answers", () => {
    const { result } = sampleRun();
    const phases = result.phases.map((phase) => ({
      ...phase,
      load: { ...phase.load, sendingMs: 1_234_000 },
    }));
    const rows = (of: readonly PhaseResult[]) =>
      phaseTable({ ...result, phases: of }).html.split("20 min 34 s").length - 1;
    expect([rows(phases), rows(result.phases)]).toEqual([phases.length, 0]);
  });

  it("forbids the network and every script but the one it names by its hash", () => {
    const policy =
      guilty.tags.find(({ attributes }) => attributes["http-equiv"] !== undefined)?.attributes.content ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(policy).toContain(
      `sha256-${createHash("sha256")
        .update(inner(guilty.html, "<script>", "</script>"))
        .digest("base64")}`,
    );
    expect(policy).toContain(
      `sha256-${createHash("sha256")
        .update(inner(guilty.html, "<style>", "</style>"))
        .digest("base64")}`,
    );
  });

  it("asks for nothing outside of itself", () => {
    const links = guilty.tags
      .map(({ attributes }: Tag) => attributes.href)
      .filter((href) => href !== undefined);
    expect(links).toEqual(["data:,"]);
    expect(inner(guilty.html, "<style>", "</style>")).not.toMatch(/@import|url\((?!data:)/);
  });

  it("carries its numbers as JSON that cannot end its script", () => {
    const data = JSON.parse(inner(hostile.html, 'id="chart-data">', "</script>"));
    expect(data.phases[0].name).toBe("<script>alert(1)</script>");
    expect(data.timeLine.offered).toHaveLength(data.slots.count);
    expect(data.witness.total.at(-1)).toBe(1_043);
  });

  it("says the verdict in words, and shows its evidence", () => {
    expect(guilty.html).toMatch(/<h1>fail<\/h1>/);
    expect(guilty.html).toContain("The span that convicts");
    expect(rendered(sampleRun()).html).toContain("The tightest span");
    expect(rendered(inconclusiveRun()).html).toContain("Its effect was not seen");
  });

  it("carries a script that parses as one", () => {
    expect(() => new Script(assets.script)).not.toThrow();
    expect(assets.script).not.toMatch(/^(?:import|export) /m);
  });

  it("stays small", () => {
    for (const { html } of [guilty, hostile, outage, hostileOutage])
      expect(html.length).toBeLessThan(500_000);
  });

  it("is labelled: every section by its heading, every picture by a sentence", () => {
    for (const { attributes } of guilty.tags.filter(({ name }) => name === "section"))
      expect(guilty.html).toContain(`id="${attributes["aria-labelledby"]}"`);
    const pictures = guilty.tags.filter(({ attributes }) => attributes.role === "img");
    expect(pictures.length).toBeGreaterThanOrEqual(7);
    for (const { attributes } of pictures) expect(attributes["aria-label"]).toBeTruthy();
  });
});

describe("the story of a fault", () => {
  const drawn = JSON.parse(inner(outage.html, 'id="chart-data">', "</script>"));

  it("is a table: what, where, when, what was seen, and when each replica was back", () => {
    const table = inner(outage.html, '<div class="scroll faults"', "</table>");
    expect(table.match(/<tr class="(?:un)?seen">/g)).toHaveLength(2);
    for (const text of [
      "redis-down<span>Redis refuses every connection</span>",
      "replicas 0\u20132",
      "6 s to 10 s<span>injected in 3.25 ms, healed in 150 ms</span>",
      "refused after 0.2 ms on every replica (before: answered after 0.3 ms).",
      "answered after 0.4 ms on every replica.",
      "stayed on Redis",
    ])
      expect(table).toContain(text);
    expect(table.match(/<b>replica \d<\/b> back on Redis after \d+ ms/g)).toHaveLength(3);
  });

  it("warns of an effect that was not seen", () => {
    expect(outage.html.match(/class="warn"/g)).toHaveLength(1);
    expect(outage.html).toContain("Its effect was not seen.");
  });

  it("gives every band its ramps and its label", () => {
    expect(drawn.faults[0]).toEqual({
      labels: ["F1 redis-down", "F1"],
      fromMs: 6_000,
      injectedMs: 6_003.25,
      healingMs: 10_000,
      untilMs: 10_150,
      replicas: [0, 1, 2],
      row: 0,
    });
    expect(drawn.faults[1].labels).toEqual(["F2 redis-latency (not seen)", "F2?"]);
    expect(outage.tags.filter(({ attributes }) => attributes["data-fault"] !== undefined)).toHaveLength(2);
  });

  it("draws who decided, the breakers, the recoveries and Redis's counters, a value a slot", () => {
    expect(drawn.sources.replicas.map(({ replica }: { replica: number }) => replica)).toEqual([0, 1, 2]);
    expect(Object.keys(drawn.sources.replicas[0].counts)).toEqual(["redis", "local", "unavailable"]);
    for (const column of [...Object.values(drawn.sources.replicas[2].counts), ...Object.values(drawn.redis)])
      expect(column).toHaveLength(drawn.slots.count);
    expect(new Set(drawn.breakers.map(({ state }: { state: string }) => state)).size).toBe(3);
    expect(drawn.recoveries).toHaveLength(3);
    for (const id of ["source-chart", "redis-rate-chart", "redis-connections-chart"])
      expect(outage.tags.filter(({ attributes }) => attributes.id === id)).toHaveLength(1);
    expect(outage.html).toContain("each replica decides within an equal share of the limit");
  });

  it("is left out where there is none", () => {
    const data = JSON.parse(inner(guilty.html, 'id="chart-data">', "</script>"));
    expect([data.sources, data.redis, data.breakers, data.recoveries]).toEqual([null, null, [], []]);
    expect(guilty.html).not.toContain('id="source-chart"');
    expect(guilty.html).not.toContain('class="scroll faults"');
    expect(guilty.html).not.toContain('id="redis-rate-chart"');
  });

  it("has no word on breakers when no metrics tell of them", () => {
    const { result, history } = outageRun();
    const { html } = rendered({ result, history: { ...history, scrapes: [] } });
    expect(html).not.toContain("Breaker, by");
    expect(outage.html).toContain("Breaker, by");
  });
});

function inner(html: string, open: string, close: string): string {
  const from = html.lastIndexOf(open) + open.length;
  return html.slice(from, html.indexOf(close, from));
}
