import type { Triple } from "../../harness/verdict/finding.ts";
import type { Accuracy } from "../../harness/verdict/result.ts";
import { namedNumber } from "./named-number.ts";

/** One of the numbers that variants are compared by, ready to be shown. */
export interface AccuracyRow {
  readonly name: keyof Accuracy;
  readonly label: string;
  /** One sentence: what the number means. */
  readonly meaning: string;
  readonly triple: Triple;
  /** Where a perfect limiter would be. */
  readonly ideal: number;
  readonly text: (value: number) => string;
}

const meanings: readonly (readonly [name: keyof Accuracy, label: string, ideal: number, meaning: string])[] =
  [
    [
      "wronglyAllowedShare",
      "Wrongly allowed",
      0,
      "of the admitted cost, what an exact sliding window would have denied",
    ],
    [
      "wronglyDeniedShare",
      "Wrongly denied",
      0,
      "of the cost due, what an exact sliding window would have admitted",
    ],
    ["worstAdmittedRatio", "Fullest window", 1, "most cost admitted within one window, over the limit"],
  ];

/** The three numbers of `accuracy` in the order in which they are shown. */
export function accuracyRows(accuracy: Accuracy): readonly AccuracyRow[] {
  return meanings.map(([name, label, ideal, meaning]) => ({
    name,
    label,
    ideal,
    meaning,
    triple: accuracy[name],
    text: namedNumber(name).text,
  }));
}
