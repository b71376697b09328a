/** What stands before the value in a line of the Prometheus text format: `name{label="value",...}`. */
export interface Series {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** A series and where in its line it ends, or what is wrong with it. */
export type SeriesRead = (Series & { readonly end: number }) | { readonly mistake: string };

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const labelStart = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"/y;
const labelValue = /(?:[^"\\\n]|\\[\\"n])*/y;
const separator = /[ \t]*(,?)[ \t]*/y;

/** Reads the series at the beginning of `line`, by the rules of the format to the letter. */
export function readSeries(line: string): SeriesRead {
  const name = matchAt(metricName, line, 0)?.[0];
  if (name === undefined) return { mistake: "no metric name begins it" };
  const blanks = /[ \t]*/y;
  const braceAt = name.length + (matchAt(blanks, line, name.length)?.[0].length ?? 0);
  if (line[braceAt] !== "{") return { name, labels: new Map(), end: name.length };
  const labels = new Map<string, string>();
  let at = braceAt + 1;
  at += matchAt(blanks, line, at)?.[0].length ?? 0;
  for (;;) {
    if (line[at] === "}") return { name, labels, end: at + 1 };
    const start = matchAt(labelStart, line, at);
    if (start === null) return { mistake: `no label begins at column ${at + 1}` };
    const label = start[1] ?? "";
    if (labels.has(label)) return { mistake: `the label ${label} is there twice` };
    const valueAt = at + start[0].length;
    const value = matchAt(labelValue, line, valueAt)?.[0] ?? "";
    at = valueAt + value.length;
    if (line[at] !== '"')
      return { mistake: `the value of the label ${label} is not closed or has a wrong escape` };
    labels.set(label, unescaped(value));
    const [all = "", comma = ""] = matchAt(separator, line, at + 1) ?? [];
    at += 1 + all.length;
    if (comma === "" && line[at] !== "}")
      return { mistake: `neither a comma nor } follows the label ${label}` };
  }
}

function matchAt(pattern: RegExp, line: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(line);
}

function unescaped(value: string): string {
  return value.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}
