import { Registry } from "prom-client";
import { type Decision, tightest } from "../decision.ts";
import { limiterMetrics } from "../metrics.ts";
import { limitedResource } from "../reference-variant.ts";
import type { GatewayContext, Mutant, Protected } from "../variants/variant.ts";
import { referenceLimiter } from "./parts/reference-limiter.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** What one policy denies, the others have charged: a user far above his limit uses up his tenant's. */
export const mutant: Mutant = {
  about: "Asks a limiter for each policy, all at once, and takes nothing back where one of them denies.",
  source: "animir/node-rate-limiter-flexible#280 and #150: a union of limiters does not roll back",
  convictedBy: ["no-false-denials"],
  scenarios: ["tiers"],
  levels: [1, 3],
  variant: wrongLimiter({
    about: "One limiter a policy, each right by itself.",
    protect: union,
  }),
};

async function union(context: GatewayContext): Promise<Protected> {
  const { policies } = context;
  const limiters = await Promise.all(
    policies.map((policy) => referenceLimiter({ ...context, policies: [policy] })),
  );
  const registry = new Registry();
  const metrics = limiterMetrics(
    policies.map(({ name }) => name),
    registry,
  );
  return {
    listener: limitedResource({
      policies,
      async decide(...asked) {
        const startedMs = performance.now();
        const decision = together(await Promise.all(limiters.map(({ decide }) => decide(...asked))));
        metrics.decided(decision, (performance.now() - startedMs) / 1_000);
        return decision;
      },
    }),
    metrics: () => registry.metrics(),
    close: async () => void (await Promise.all(limiters.map(({ close }) => close()))),
  };
}

/** Denied by the first that denies, else allowed with what the tightest leaves. */
function together(decisions: readonly Decision[]): Decision {
  const quotas = decisions.flatMap((decision) => decision.quotas);
  const decisive =
    decisions.find(({ outcome }) => outcome !== "allowed") ??
    decisions.find(({ policy }) => policy === tightest(quotas)?.policy) ??
    decisions[0];
  if (decisive === undefined) throw new RangeError("A mutant needs a policy.");
  return { ...decisive, quotas };
}
