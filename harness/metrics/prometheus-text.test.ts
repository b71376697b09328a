import fc from "fast-check";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { readPrometheusText, type Sample } from "./prometheus-text.ts";

const wrong = (text: string) => readPrometheusText(text).mistakes.map(({ line, what }) => `${line}: ${what}`);
const histogram = (...lines: string[]) => ["# TYPE h histogram", ...lines, ""].join("\n");

describe("a text of the Prometheus format", () => {
  it.each([
    ["", []],
    ["\n# anything\n#\n# EOF\n", []],
    ["a 1\n", []],
    ["a{} 1 1700000000000\n", []],
    ['a{x="1",} -0.5e-3\n', []],
    ["a 1", ["1: the last line does not end"]],
    ["# HELP a b c\n# TYPE a counter\na 1\n", []],
    ["a 1\r\n", ["1: no value alone follows a"]],
    ["a one\n", ["1: one is no number"]],
    ["a 0x10\n", ["1: 0x10 is no number"]],
    ["a\n", ["1: no value alone follows a"]],
    ["a 1 2 3\n", ["1: no value alone follows a"]],
    ["a 1 now\n", ["1: now is no timestamp in milliseconds"]],
    ["\n1a 1\n", ["2: no metric name begins it"]],
    ['a{x="1" y="2"} 1\n', ["1: neither a comma nor } follows the label x"]],
    ['a{x="1",x="2"} 1\n', ["1: the label x is there twice"]],
    ['a{x="\\t"} 1\n', ["1: the value of the label x is not closed or has a wrong escape"]],
    ['a{x="1} 1\n', ["1: the value of the label x is not closed or has a wrong escape"]],
    ["a{x=1} 1\n", ["1: no label begins at column 3"]],
    ["a 1\na 2\n", ["2: a was told before with the same labels"]],
    ['a{x="1",y="2"} 1\na{y="2",x="1"} 1\n', ["2: a was told before with the same labels"]],
    ['a 1\nb 1\na{x="1"} 1\n', ["3: the lines of a do not stand together"]],
    ["# TYPE a counter\n# TYPE a counter\n", ["2: a has a second TYPE"]],
    ["# HELP a x\n# HELP a x\n", ["2: a has a second HELP"]],
    ["# TYPE a number\n", ["1: number is no type"]],
    ["a 1\n# TYPE a counter\n", ["2: the TYPE of a comes after its samples"]],
    ["# TYPE\n", ["1: it names no metric"]],
    ["# TYPE a counter\na -1\n", ["2: the counter a is -1"]],
    ["# TYPE a counter\na NaN\n", ["2: the counter a is NaN"]],
    ["# TYPE a gauge\na NaN\n", []],
  ])("%j has these mistakes", (text, mistakes) => {
    expect(wrong(text)).toEqual(mistakes);
  });

  it.each([
    [['h_bucket{le="1"} 1', 'h_bucket{le="+Inf"} 2', "h_sum 3", "h_count 2"], []],
    [
      ['h_bucket{le="1"} 3', 'h_bucket{le="+Inf"} 2', "h_sum 3", "h_count 2"],
      ["3: a bucket of h holds less than the one below it"],
    ],
    [['h_bucket{le="1"} 1', "h_sum 3", "h_count 1"], ['2: h has no last bucket le="+Inf"']],
    [['h_bucket{le="+Inf"} 2', "h_sum 3", "h_count 3"], ["4: h_count is not what its last bucket holds"]],
    [['h_bucket{le="+Inf"} 2', "h_count 2"], ["2: h has no h_sum"]],
    [['h_bucket{le="+Inf"} 2', "h_sum 3"], ["2: h has no h_count"]],
    [
      ["h 3"],
      [
        "2: h is a histogram, not a number",
        '2: h has no last bucket le="+Inf"',
        "2: h has no h_count",
        "2: h has no h_sum",
      ],
    ],
    [
      ['h_bucket{le="2"} 1', 'h_bucket{le="1"} 1', 'h_bucket{le="+Inf"} 2', "h_sum 3", "h_count 2"],
      ["3: the bounds of h do not rise"],
    ],
  ])("a histogram %j has these mistakes", (lines, mistakes) => {
    expect(wrong(histogram(...lines))).toEqual(mistakes);
  });

  it("is read without throwing, whatever it is, and every mistake has a line of it", () => {
    const line = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "# TYPE h histogram",
        'h_bucket{le="x"} 1',
        "a 1",
        "# HELP",
        '{"',
        "#TYPE",
        "a{",
        "h_count",
      ),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join("\n");
        const { mistakes } = readPrometheusText(text);
        for (const mistake of mistakes) {
          expect(mistake.line).toBeGreaterThan(0);
          expect(mistake.line).toBeLessThanOrEqual(text.split("\n").length);
        }
      }),
    );
  });

  const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,8}$/);
  const label = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/);
  const labels = fc.dictionary(label, fc.string({ unit: "binary" }), { maxKeys: 4 });

  it("is read back as it was written, and a line that is none is found by its number", () => {
    const sample = fc.tuple(name, labels, fc.double());
    const samples = fc.uniqueArray(sample, { selector: ([called]) => called });
    fc.assert(
      fc.property(samples, fc.nat(), (all, nonsenseAt) => {
        const lines = all.map(([called, told, value]) => `${called}${braces(told)} ${shown(value)}`);
        const read = readPrometheusText(lines.map((line) => `${line}\n`).join(""));
        expect(read.mistakes).toEqual([]);
        expect(read.samples.map(plain)).toEqual(
          all.map(([called, told, value]) => [called, { ...told }, value + 0]),
        );
        const at = nonsenseAt % (lines.length + 1);
        const broken = lines.toSpliced(at, 0, 'a{b="c} 1').map((line) => `${line}\n`);
        expect(readPrometheusText(broken.join("")).mistakes.map(({ line }) => line)).toEqual([at + 1]);
      }),
    );
  });

  it("as prom-client writes it has no mistakes", async () => {
    const values = fc.array(
      fc.tuple(fc.string({ unit: "binary" }), fc.double({ min: 0, max: 1e9, noNaN: true })),
    );
    await fc.assert(
      fc.asyncProperty(values, async (told) => {
        const registers = [new Registry()];
        const shared = { help: 'a "help"\\\nof two lines', labelNames: ["x"] as const, registers };
        const counter = new Counter({ name: "c_total", ...shared });
        const gauge = new Gauge({ name: "g", ...shared });
        const durations = new Histogram({ name: "h", ...shared });
        for (const [x, value] of told) {
          counter.inc({ x }, value);
          gauge.set({ x }, -value);
          durations.observe({ x }, value);
        }
        expect(readPrometheusText((await registers[0]?.metrics()) ?? "").mistakes).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

function plain({ name, labels, value }: Sample): readonly unknown[] {
  return [name, Object.fromEntries(labels), value + 0];
}

function braces(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => {
    const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
    return `${label}="${escaped}"`;
  });
  return `{${pairs.join(",")}}`;
}

function shown(value: number): string {
  return String(value).replace("Infinity", "Inf");
}
