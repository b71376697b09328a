import { merged } from "../harness/load/merged.ts";
import { poisson } from "../harness/load/poisson.ts";
import { weightedKeys } from "../harness/load/weighted-keys.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Windows that are no whole seconds, limits that divide nothing, and a burst far above its limit. */
const policies = [
  { name: "quarter", limit: 1, windowMs: 250 },
  { name: "odd", limit: 3, windowMs: 1_500, burst: 30 },
  { name: "seventh", limit: 7, windowMs: 7_000, burst: 70 },
];

const keys = weightedKeys(Array.from({ length: 50 }, (_, i) => ({ key: `odd-${i + 1}`, share: 1 / 50 })));

/** Three small policies at once, each the tightest for a while; requests that cost a limit, and more. */
export const scenario: Scenario = loadStory({
  about:
    "Are small limits and crooked windows kept to the request and the microsecond, several of them at once?",
  policies,
  phases: ({ ratePerSecond, stretch }) => {
    const durationMs = 14_000 * stretch;
    const share = (of: number, cost: number) =>
      poisson({ ratePerSecond: Math.min(ratePerSecond, 2_000) * of, durationMs, keys, cost });
    return [{ name: "odd", load: merged(share(0.98, 1), share(0.01, 3), share(0.01, 8)) }];
  },
});
