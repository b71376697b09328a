/**
 * `value` as a sentence shows it: whole numbers whole, others to four digits; to as many more as it takes for it not
 * to look like `other`, which it is not.
 */
export function fourDigits(value: number, other: number = value): string {
  if (Number.isSafeInteger(value)) return String(value);
  for (let digits = 4; digits < mostDigits; digits++) {
    const shown = Number(value.toPrecision(digits));
    if (value === other || (shown !== other && shown !== Number(other.toPrecision(digits))))
      return String(shown);
  }
  return String(value);
}

/** As many tell any two numbers apart. */
const mostDigits = 17;
