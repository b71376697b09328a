/** A count with commas. */
export function count(value) {
  return Math.round(value).toLocaleString("en-US");
}

/** Milliseconds in the unit that reads best. */
export function duration(ms) {
  if (ms === null || ms === undefined) return "\u2013";
  if (ms >= 1000) return `${+(ms / 1000).toFixed(2)} s`;
  return `${+ms.toPrecision(3)} ms`;
}

/** Labels of an even axis in milliseconds, with as many places as its steps need. */
export function evenDurations(_plot, splits, _axis, _space, step) {
  const seconds = splits.at(-1) >= 2000;
  const size = seconds ? step / 1000 : step;
  const places = Math.max(0, -Math.floor(Math.log10(size) + 1e-9));
  return splits.map((ms) => `${(seconds ? ms / 1000 : ms).toFixed(places)} ${seconds ? "s" : "ms"}`);
}

/** Whole powers of ten around what is seen, for a logarithmic axis in milliseconds. */
export function powersOfTen(_plot, low, high) {
  const least = Math.max(low ?? 0.1, 0.01);
  const most = Math.max(high ?? 1, least);
  const from = 10 ** Math.floor(Math.log10(least));
  const until = 10 ** Math.ceil(Math.log10(most));
  return [from, until > from ? until : from * 10];
}

/** Where a logarithmic axis has its lines: at the powers of ten. */
export function powersBetween(_plot, _axis, low, high) {
  const splits = [];
  for (let power = low; power <= high * 1.001; power *= 10) splits.push(power);
  return splits;
}

/** Values for a logarithmic axis: nothing below 10 microseconds, where its paper ends. */
export function above(values) {
  return values.map((value) => (value === null ? null : Math.max(value, 0.01)));
}
