import { callersWithin } from "../harness/callers-within.ts";
import type { Load } from "../harness/load/arrival.ts";
import { poisson } from "../harness/load/poisson.ts";
import { sequence } from "../harness/load/sequence.ts";
import { weightedKeys } from "../harness/load/weighted-keys.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

/**
 * Names that become one where a key is joined, split, trimmed, folded, normalised, cut off or hashed by its tag: in pairs of
 * those that are alike, and what is most often mistaken first.
 */
const hostile = [
  ...["a", "A"],
  ...["a:b", "a::b"],
  ...["a:b:", "b"],
  ...[`${"x".repeat(300)}1`, `${"x".repeat(300)}2`],
  ...[`${"x".repeat(1_100)}1`, `${"x".repeat(1_100)}2`],
  ...["caf\u00e9", "cafe\u0301"],
  ...["\u212a", "K"],
  ...["{x}", "{x}y"],
  ...["a b", "a  b"],
  ...["a%20b", "a+b"],
  ...["0", "-0"],
  ...["1000", "1e3"],
  ...["00", "k"],
  ...["\ufb01", "fi"],
  ...["{x}:y", "{"],
  ...["}", "{}"],
  ...["*", "a*"],
  ...["a?", "[ab]"],
  ...["a\\b", '"quoted"'],
  ...["__proto__", "constructor"],
  ...["toString", "null"],
  ...["undefined", "\u{1f6a7}"],
  ...["'; return 1 --", "$(id)"],
  ...[`${"x".repeat(8_192)}1`, `${"x".repeat(8_192)}2`],
];

/** So many times its limit a name asks for where the rate bears it, and where it does not. */
const usually = 3;
const atLeast = 1.5;

/**
 * Every name asks for three times its limit: two that share a count are denied too early. What reads no header line of 8 KiB
 * may refuse the two longest, and is judged by the others. Where the rate does not bear it, each asks for less, down to half
 * more than its limit; then they take turns, two windows long each, as many of them as there is time for.
 */
export const scenario: Scenario = loadStory({
  about: "Does every caller have a count of its own, whatever the name looks like?",
  policies: [{ name: "name", limit: 30, windowMs: 2_000 }],
  phases: ({ ratePerSecond, stretch }, policy) => {
    const durationMs = 10_000 * stretch;
    const bearable = { ratePerSecond, policy, limitsEach: atLeast };
    const fit = callersWithin({ ...bearable, most: hostile.length, fewest: 2 });
    const atOnce = fit - (fit % 2);
    const turns = Math.min(
      Math.ceil(hostile.length / atOnce),
      Math.max(1, Math.floor(durationMs / (2 * policy.windowMs))),
    );
    const perLimit = (1_000 * policy.limit) / policy.windowMs;
    const each = Math.min(usually * perLimit, ratePerSecond / atOnce);
    const turn = (names: readonly string[]): Load =>
      poisson({
        ratePerSecond: each * names.length,
        durationMs: durationMs / turns,
        keys: weightedKeys(names.map((key) => ({ key, share: 1 / names.length }))),
      });
    const asked = Array.from({ length: turns }, (_, i) => hostile.slice(i * atOnce, (i + 1) * atOnce));
    return [{ name: "names", load: sequence(...asked.map(turn)) }];
  },
});
