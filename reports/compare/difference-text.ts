import type { Difference } from "../../harness/compare/comparison.ts";
import { ratio } from "./columns.ts";

/** What is known of a difference, never more than was shown: `1.24 × (1.21 to 1.28), more`. */
export function differenceText(difference: Difference): string {
  switch (difference.kind) {
    case "too-few":
      return `not enough trials (${difference.pairs} of ${difference.needed})`;
    case "unmeasured":
      return `not comparable: ${difference.reason}`;
    case "measured": {
      const { low, median, high, claim } = difference;
      const words = { more: "more", less: "less", none: "no difference shown" };
      return `${ratio(median)} (${ratio(low)} to ${ratio(high)}), ${words[claim]}`;
    }
  }
}
