import { describe, expect, it } from "vitest";
import { format } from "./junit.ts";
import type { JudgedRun } from "./report-format.ts";
import { guiltyRun, hostileRun, inconclusiveRun, outageRun } from "./sample-run.ts";

const guilty = guiltyRun();
const hostile = hostileRun();
const inconclusive = inconclusiveRun();

describe("junit.xml", () => {
  it("counts a fail as failure, inconclusive as error, not applicable as skipped", async () => {
    expect(await xmlOf(guilty)).toContain('tests="9" failures="2" errors="0" skipped="1"');
    expect(await xmlOf(inconclusive)).toContain('tests="9" failures="0" errors="5" skipped="1"');
    const xml = await xmlOf(guilty);
    expect(xml.match(/<failure /g)).toHaveLength(2);
    expect(xml.match(/<skipped /g)).toHaveLength(1);
    expect(xml).toContain('<property name="provedExcess" value="85"/>');
  });

  it("tells the faults as properties of the suite", async () => {
    const xml = await xmlOf(outageRun());
    expect(xml).toMatch(
      /<property name="fault.F1" value="redis-down on replicas 0\u20132 [^"]*back on Redis/,
    );
    expect(xml).toMatch(/<property name="fault.F2" value="redis-latency on replica 1 [^"]*was not seen/);
    expect(xml.indexOf("fault.F2")).toBeLessThan(xml.indexOf("<testcase"));
  });

  it.each([
    ["guilty", guilty],
    ["hostile", hostile],
  ])("is well-formed XML 1.0: %s", async (_, run) => {
    const xml = await xmlOf(run);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids them
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
    expect(xml.isWellFormed()).toBe(true);
    expect(faultOf(xml)).toBeNull();
  });
});

async function xmlOf(run: JudgedRun): Promise<string> {
  const [file] = await format.render(run);
  return String(file?.content);
}

/** What a strict reader would stumble over first; null when there is nothing. */
function faultOf(xml: string): string | null {
  const open: string[] = [];
  const rest = xml
    .replace(/^<\?xml version="1.0" encoding="UTF-8"\?>/, "")
    .replace(/<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g, (_, close, name, _attributes, empty) => {
      if (close === "/") return open.pop() === name ? "" : `<bad ${name}>`;
      if (empty !== "/") open.push(name);
      return "";
    });
  if (open.length > 0) return `not closed: ${open.join(" ")}`;
  const stray = /[<>]|&(?!(?:amp|lt|gt|quot|#\d+);)/.exec(rest) ?? /&(?!(?:amp|lt|gt|quot|#\d+);)/.exec(xml);
  return stray === null ? null : `stray ${stray[0]} at ${stray.index}`;
}
