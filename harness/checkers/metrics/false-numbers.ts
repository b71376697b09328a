import type { Book } from "./books.ts";
import type { ToldLife } from "./told-lives.ts";

/**
 * Sentences that convict whoever tells something that is no number, or an infinite one, of what is counted or of how long
 * it took, the first of each life and metric: no count of finitely many requests is that, whatever the machine did and
 * whoever else asked, and nothing can be compared with it.
 */
export function falseNumbers(
  lives: readonly ToldLife[],
  books: readonly Book[],
  durationSeconds: string | undefined,
): string[] {
  return lives.flatMap(({ replica, readings }) => {
    const sentence = (value: number, what: string, metrics: string): string =>
      `Gateway ${replica} tells ${value} as its count of ${what}, which is no number of requests (${metrics})`;
    const sentences = readings.flatMap(({ samples }) => [
      ...books.flatMap(({ told, what, metrics }) => {
        const value = told(samples);
        return Number.isFinite(value) ? [] : [sentence(value, what, metrics)];
      }),
      ...samples.flatMap(({ name, value }) =>
        !Number.isFinite(value) && (name === `${durationSeconds}_sum` || name === `${durationSeconds}_bucket`)
          ? [`Gateway ${replica} tells ${value} in ${name}, which no durations come to`]
          : [],
      ),
    ]);
    return [...new Set(sentences)];
  });
}
