import { type Family, familyMistakes } from "./family-rules.ts";
import { readSeries, type Series } from "./series.ts";

/** One number that a text tells. */
export interface Sample extends Series {
  readonly value: number;
  /** Counted from 1. */
  readonly line: number;
}

/** Where a text breaks the rules of the format; `line` counts from 1. */
export interface Mistake {
  readonly line: number;
  readonly what: string;
  /** The metric that it concerns, as far as the line names one. */
  readonly metric?: string;
  /** So a sound histogram may look that is read while it counts: a mistake only if it stays. */
  readonly mayBeTorn?: true;
}

/** A text of the Prometheus format, as far as it can be read. */
export interface PrometheusText {
  readonly samples: readonly Sample[];
  /** In order of their lines; empty if all of it keeps to the format. */
  readonly mistakes: readonly Mistake[];
}

/**
 * Reads a text of the Prometheus text format, version 0.0.4, strictly: what a scraper may refuse is a mistake, and what
 * it would misread (a family told in two places, a histogram whose buckets do not add up) too. Never throws.
 */
export function readPrometheusText(text: string): PrometheusText {
  const reading = new Reading();
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  for (const [index, line] of lines.entries()) reading.line(line, index + 1);
  if (last !== "") {
    reading.line(last, lines.length + 1);
    reading.mistake(lines.length + 1, "the last line does not end", metricIn(last));
  }
  return reading.end();
}

const types = new Set(["counter", "gauge", "histogram", "summary", "untyped"]);

/** The families of one text while it is read, line by line. */
class Reading {
  readonly #families = new Map<string, Family>();
  readonly #mistakes: Mistake[] = [];
  readonly #samples: Sample[] = [];
  readonly #seen = new Set<string>();
  #current: Family | undefined;

  mistake(line: number, what: string, metric: string | undefined): void {
    this.#mistakes.push({ line, what, ...(metric === undefined ? {} : { metric }) });
  }

  line(text: string, line: number): void {
    if (/^[ \t]*$/.test(text)) return;
    const comment = /^[ \t]*#(.*)$/s.exec(text);
    const what = comment === null ? this.#sample(text, line) : this.#comment(comment[1] ?? "", line);
    if (what !== null) this.mistake(line, what, metricIn(text));
  }

  end(): PrometheusText {
    for (const family of this.#families.values()) this.#mistakes.push(...familyMistakes(family));
    return { samples: this.#samples, mistakes: this.#mistakes.toSorted((a, b) => a.line - b.line) };
  }

  #comment(text: string, line: number): string | null {
    const [, kind, name = "", rest = ""] = /^[ \t]+(HELP|TYPE)[ \t]+(\S+)[ \t]*(.*)$/s.exec(text) ?? [];
    if (kind === undefined) return /^[ \t]+(HELP|TYPE)\b/.test(text) ? "it names no metric" : null;
    if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) return `${name} is no metric name`;
    const family = this.#enter(name, line);
    if (kind === "TYPE") return typed(family, rest.trimEnd());
    if (family.hasHelp) return `${name} has a second HELP`;
    family.hasHelp = true;
    return null;
  }

  #sample(indented: string, line: number): string | null {
    const text = indented.replace(/^[ \t]+/, "");
    const series = readSeries(text);
    if ("mistake" in series) return series.mistake;
    const { name, labels, end } = series;
    const told = /^[ \t]+(\S+)(?:[ \t]+(\S+))?[ \t]*$/.exec(text.slice(end));
    if (told === null) return `no value alone follows ${name}`;
    const value = numberOf(told[1] ?? "");
    if (value === null) return `${told[1]} is no number`;
    if (!/^-?\d+$/.test(told[2] ?? "0")) return `${told[2]} is no timestamp in milliseconds`;
    const id = JSON.stringify([name, [...labels].sort(([a], [b]) => (a < b ? -1 : 1))]);
    const isKnown = this.#seen.has(id);
    this.#seen.add(id);
    const sample: Sample = { name, labels, value, line };
    this.#samples.push(sample);
    this.#enter(this.#familyOf(name), line).samples.push(sample);
    return isKnown ? `${name} was told before with the same labels` : null;
  }

  #familyOf(name: string): string {
    // When it began to count is told between the lines of a metric.
    const current = this.#current?.name ?? "";
    if (name === `${current.replace(/_total$/, "")}_created` && !this.#families.has(name)) return current;
    const base = name.replace(/_(bucket|sum|count)$/, "");
    const type = this.#families.get(base)?.type;
    if (base === name || this.#families.has(name)) return name;
    const isPart = type === "histogram" || (type === "summary" && !name.endsWith("_bucket"));
    return isPart ? base : name;
  }

  #enter(name: string, line: number): Family {
    const known = this.#families.get(name);
    if (known !== undefined && known !== this.#current)
      this.mistake(line, `the lines of ${name} do not stand together`, name);
    const family = known ?? { name, line, type: undefined, hasHelp: false, samples: [] };
    this.#families.set(name, family);
    this.#current = family;
    return family;
  }
}

/** The name that a line begins with, or that its comment concerns. */
function metricIn(line: string): string | undefined {
  return /^[ \t]*(?:#[ \t]+(?:HELP|TYPE)[ \t]+)?([a-zA-Z_:][a-zA-Z0-9_:]*)/.exec(line)?.[1];
}

/** Notes the type of `family`, or says why it cannot be that. */
function typed(family: Family, type: string): string | null {
  if (!types.has(type)) return `${type || "nothing"} is no type`;
  if (family.type !== undefined) return `${family.name} has a second TYPE`;
  if (family.samples.length > 0) return `the TYPE of ${family.name} comes after its samples`;
  family.type = type;
  return null;
}

const number = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Inf|NaN)$/;

function numberOf(text: string): number | null {
  return number.test(text) ? Number(text.replace("Inf", "Infinity")) : null;
}
