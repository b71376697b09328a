import { metricsTellTheTruth } from "../harness/checkers/metrics-tell-the-truth.ts";
import { merged } from "../harness/load/merged.ts";
import { poisson } from "../harness/load/poisson.ts";
import { weightedKeys } from "../harness/load/weighted-keys.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

const user = { name: "user", limit: 60, windowMs: 2_000, by: "client" };
const tenant = { name: "tenant", limit: 200, windowMs: 2_000, by: "tenant" };

/**
 * A user is called `tenant/user`. In `crowded` all users are below their own limit and too many for the tenant's; in `loud` one
 * user is far above his own, and what he is denied must not be charged to the tenant, or the others there would be turned
 * away; in `both` users and tenant are at their limits.
 */
export const scenario: Scenario = {
  ...loadStory({
    about:
      "Are a user's and a tenant's limit decided together, so that whoever is denied by one is charged by neither, and told which?",
    policies: [user, tenant],
    phases: ({ ratePerSecond, stretch }) => {
      const durationMs = 10_000 * stretch;
      const evenly = (name: string, users: number, perUser: number) =>
        poisson({
          ratePerSecond: users * perUser,
          durationMs,
          keys: weightedKeys(
            Array.from({ length: users }, (_, i) => ({ key: `${name}/${i + 1}`, share: 1 / users })),
          ),
        });
      const ownPerSecond = (1_000 * user.limit) / user.windowMs;
      return [
        {
          name: "tiers",
          load: merged(
            evenly("crowded", 10, 0.8 * ownPerSecond),
            evenly("loud", 4, 0.8 * ownPerSecond),
            poisson({ ratePerSecond: ratePerSecond / 2, durationMs, keys: () => "loud/greedy" }),
            evenly("both", 4, ratePerSecond / 8),
          ),
        },
      ];
    },
    checkers: [metricsTellTheTruth()],
  }),
  belongs: { tenant: (key) => key.split("/")[0] ?? key },
};
