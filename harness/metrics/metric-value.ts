/**
 * The value of the first sample named `name` in Prometheus text whose labels include all of `labels`; `null` if
 * there is none. It looks for one line and parses no more than that.
 */
export function metricValue(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | null {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  for (const line of text.split("\n")) {
    if (!line.startsWith(name)) continue;
    const [, labelled = "", value] = sample.exec(line.slice(name.length)) ?? [];
    if (value === undefined) continue;
    const found: readonly string[] = labelled.match(label) ?? [];
    if (wanted.every((one) => found.includes(one))) return numberOf(value);
  }
  return null;
}

/** What follows the name: labels in braces if there are any, the value, and perhaps a timestamp. */
const sample = /^(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t\r]*$/;
const label = /[A-Za-z_]\w*="(?:[^"\\]|\\.)*"/g;

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function numberOf(value: string): number {
  if (/^[+-]?Inf$/i.test(value)) return value.startsWith("-") ? -Infinity : Infinity;
  return Number(value);
}
