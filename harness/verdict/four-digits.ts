/** `value` as a sentence shows it, to four digits. */
export function fourDigits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
