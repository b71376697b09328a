/** `1234567` as `1,234,567`; fractions keep up to `digits` places. */
export function count(value: number, digits = 0): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const [whole = "0", fraction = ""] = Math.abs(value).toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = fraction.replace(/0+$/, "");
  const text = rest === "" ? grouped : `${grouped}.${rest}`;
  return value < 0 && text !== "0" ? `\u2212${text}` : text;
}

/** `value` with exactly `digits` places, so that columns of numbers stand under each other. */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const [whole = "0", fraction = ""] = Math.abs(value).toFixed(digits).split(".");
  return `${value < 0 ? "\u2212" : ""}${count(Number(whole))}.${fraction}`;
}

/** Three significant digits, never in exponents: `0.0123`, `1.02`, `45.1`, `1,234`. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return count(value);
  if (size >= 10) return count(value, 1);
  if (size >= 1) return count(value, 2);
  return size < 1e-6 ? "0" : count(value, Math.min(8, 2 - Math.floor(Math.log10(size))));
}

/** A duration of `value` milliseconds in the unit that reads best: `0.42 ms`, `12.3 ms`, `2.4 s`, `3 min 20 s`. */
export function duration(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (Math.abs(value) < 1) return `${count(value, Math.abs(value) < 0.1 ? 3 : 2)} ms`;
  if (Math.abs(value) < 1_000) return `${significant(value)} ms`;
  if (Math.abs(value) < 120_000) return `${count(value / 1_000, Math.abs(value) < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(value / 1_000);
  return `${count(Math.floor(seconds / 60))} min ${seconds % 60} s`;
}

/** A share of 0 to 1 as `12.3 %`; what is not zero never reads as zero. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return notFinite(share);
  if (share > 0 && share < 0.000_01) return "< 0.001 %";
  if (share < 1 && share > 0.999_95) return "> 99.99 %";
  const size = Math.abs(share * 100);
  return `${count(share * 100, size < 1 ? 3 : 2)} %`;
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return "unknown";
  return value > 0 ? "unbounded" : "\u2212unbounded";
}
