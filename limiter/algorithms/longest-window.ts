/** 34 years. A few windows after now still fit into 2^53 microseconds, beyond which numbers would be rounded. */
export const LONGEST_WINDOW_MS: number = 2 ** 40;

/** The sentence for a window that is longer. */
export function windowTooLong(windowMs: number): string {
  return `windowMs ${windowMs} is more than 34 years; shorten it`;
}
