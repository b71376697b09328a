import type { FindingVerdict } from "../../harness/verdict/finding.ts";

/** How each verdict is written and marked, the same in every format; never by colour alone. */
export const verdictWords: Readonly<
  Record<FindingVerdict, { readonly word: string; readonly mark: string }>
> = {
  pass: { word: "pass", mark: "\u2713" },
  fail: { word: "fail", mark: "\u2717" },
  inconclusive: { word: "inconclusive", mark: "?" },
  "not-applicable": { word: "not applicable", mark: "\u2013" },
};

const order: readonly FindingVerdict[] = ["fail", "inconclusive", "pass", "not-applicable"];

/** What a reader must see first comes first; otherwise the order stays. */
export function worstFirst<T extends { readonly verdict: FindingVerdict }>(
  items: readonly T[],
): readonly T[] {
  return items.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
}

/** `3 passed, 1 failed`: how many of `items` came to which verdict. */
export function tally(items: readonly { readonly verdict: FindingVerdict }[]): string {
  const words = {
    pass: "passed",
    fail: "failed",
    inconclusive: "inconclusive",
    "not-applicable": "not applicable",
  };
  return order
    .map((verdict) => [items.filter((item) => item.verdict === verdict).length, words[verdict]] as const)
    .filter(([many]) => many > 0)
    .map(([many, word]) => `${many} ${word}`)
    .join(", ");
}
