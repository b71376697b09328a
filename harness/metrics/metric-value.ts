/**
 * The value of the first sample called `name` that has all of `labels`, in a text of the Prometheus format; `null`
 * where there is none, or what stands there is no number. A reader for one number: it checks nothing else.
 */
export function metricValue(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | null {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  for (const line of text.split("\n")) {
    if (!line.startsWith(name)) continue;
    const sample = /^(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]+(\S+)/.exec(line.slice(name.length));
    if (sample === null) continue;
    const [, own = "", value = ""] = sample;
    const pairs = new Set(own.match(/[a-zA-Z_]\w*="(?:[^"\\]|\\.)*"/g) ?? []);
    if (wanted.every((pair) => pairs.has(pair))) return numberOf(value);
  }
  return null;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** `+Inf` and `-Inf` are numbers of the format. */
function numberOf(value: string): number | null {
  const number = Number(value.replace(/^([+-]?)Inf$/, "$1Infinity"));
  return Number.isNaN(number) ? null : number;
}
