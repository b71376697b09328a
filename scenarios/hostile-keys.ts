import { poisson } from "../harness/load/poisson.ts";
import { weightedKeys } from "../harness/load/weighted-keys.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Names that become one where a key is joined, split, trimmed, folded, normalised, cut off or hashed by its tag. */
const hostile = [
  "a",
  "b",
  "a:b",
  "a::b",
  "a:b:",
  "a b",
  "a  b",
  "a%20b",
  "a+b",
  "A",
  "{x}",
  "{x}y",
  "{x}:y",
  "{",
  "}",
  "{}",
  "*",
  "a*",
  "a?",
  "[ab]",
  "a\\b",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "undefined",
  "0",
  "-0",
  "00",
  "1e3",
  "1000",
  "caf\u00e9",
  "cafe\u0301",
  "\ufb01",
  "fi",
  "\u212a",
  "K",
  "k",
  "\u{1f6a7}",
  '"quoted"',
  "'; return 1 --",
  "$(id)",
  `${"x".repeat(300)}1`,
  `${"x".repeat(300)}2`,
  `${"x".repeat(1_100)}1`,
  `${"x".repeat(1_100)}2`,
  `${"x".repeat(8_192)}1`,
  `${"x".repeat(8_192)}2`,
];

/**
 * Every name asks for three times its limit: two that share a count are denied too early. What reads no header line of 8 KiB
 * may refuse the two longest, and is judged by the others.
 */
export const scenario: Scenario = loadStory({
  about: "Does every caller have a count of its own, whatever the name looks like?",
  policies: [{ name: "name", limit: 30, windowMs: 2_000 }],
  phases: ({ stretch }, { limit, windowMs }) => [
    {
      name: "names",
      load: poisson({
        ratePerSecond: (3 * limit * hostile.length * 1_000) / windowMs,
        durationMs: 10_000 * stretch,
        keys: weightedKeys(hostile.map((key) => ({ key, share: 1 / hostile.length }))),
      }),
    },
  ],
});
