import { createHash } from "node:crypto";
import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { readAssets } from "./html/assets.ts";
import { page } from "./html/page.ts";
import type { JudgedRun } from "./report-format.ts";
import { type Tag, tagsOf } from "./sample/tags-of.ts";
import { guiltyRun, hostileRun, inconclusiveRun, sampleRun } from "./sample-run.ts";

const assets = readAssets();
const rendered = (run: JudgedRun) => {
  const html = page(run, assets);
  return { html, tags: tagsOf(html) };
};
const hostile = rendered(hostileRun());
const guilty = rendered(guiltyRun());

describe("the page", () => {
  it("holds the same elements whatever the names are: none of them becomes markup", () => {
    const names = new Set(guilty.tags.map(({ name }) => name));
    for (const extra of ["i", "ul", "li", "div", "b"]) names.add(extra);
    expect(hostile.tags.filter(({ name }) => !names.has(name))).toEqual([]);
    expect(hostile.tags.filter(({ name }) => name === "img")).toEqual([]);
  });

  it.each([
    ["hostile", hostile],
    ["guilty", guilty],
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
    expect(guilty.html.length).toBeLessThan(500_000);
    expect(hostile.html.length).toBeLessThan(500_000);
  });

  it("is labelled: every section by its heading, every picture by a sentence", () => {
    for (const { attributes } of guilty.tags.filter(({ name }) => name === "section"))
      expect(guilty.html).toContain(`id="${attributes["aria-labelledby"]}"`);
    const pictures = guilty.tags.filter(({ attributes }) => attributes.role === "img");
    expect(pictures.length).toBeGreaterThanOrEqual(7);
    for (const { attributes } of pictures) expect(attributes["aria-label"]).toBeTruthy();
  });
});

function inner(html: string, open: string, close: string): string {
  const from = html.lastIndexOf(open) + open.length;
  return html.slice(from, html.indexOf(close, from));
}
