import type { Comparison, Difference } from "../../harness/compare/comparison.ts";
import { ratio } from "./columns.ts";

/** What is known of a difference, never more than was shown: `1.24 × (1.21 to 1.28), more`. */
export function differenceText(difference: Difference): string {
  switch (difference.kind) {
    case "too-few":
      return `not enough blocks (${difference.pairs} of ${difference.needed})`;
    case "unmeasured":
      return `not comparable: ${difference.reason}`;
    case "measured": {
      const { low, median, high, claim } = difference;
      const words = { more: "more", less: "less", none: "no difference shown" };
      return `${ratio(median)} (${ratio(low)} to ${ratio(high)}), ${words[claim]}`;
    }
  }
}

/** A difference that was looked into, and whose it is. */
export interface ShownDifference {
  readonly variant: string;
  readonly difference: Difference;
}

/** Those for which there were trials enough, and one sentence for all others; `null` where there are none. */
export function shownDifferences({ rows }: Comparison): {
  readonly shown: readonly ShownDifference[];
  readonly tooFew: string | null;
} {
  const all = rows.flatMap(({ variant, differences }) =>
    differences.map((difference) => ({ variant, difference })),
  );
  const few = all.find(({ difference }) => difference.kind === "too-few");
  return {
    shown: all.filter(({ difference }) => difference.kind !== "too-few"),
    tooFew: few === undefined ? null : `No difference is claimed: ${differenceText(few.difference)}`,
  };
}
