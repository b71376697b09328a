import { Registry } from "prom-client";
import type { Decision } from "../../decision.ts";
import { keySuffix, keysOf } from "../../keys.ts";
import { limiterMetrics } from "../../metrics.ts";
import type { Policy } from "../../policy.ts";
import { limitedResource } from "../../reference-variant.ts";
import type { GatewayContext, Protected } from "../../variants/variant.ts";

/** One decision on the key of a subject; what it rejects with becomes a 500. */
export interface Deciding {
  readonly decide: (key: string, cost: number) => Promise<Decision>;
  readonly close: () => Promise<void> | void;
}

/** A limiter as many are written: one policy, one decision after the other, and whatever `begin` makes of them. */
export async function plainLimiter(
  { policies: [first], keyPrefix = "gatecrash" }: GatewayContext,
  algorithm: string,
  begin: (policy: Policy) => Deciding | Promise<Deciding>,
): Promise<Protected> {
  if (first === undefined) throw new RangeError("A mutant needs a policy.");
  // It knows one subject: the client.
  const { by: _, ...policy } = first;
  const registry = new Registry();
  const metrics = limiterMetrics([policy.name], registry);
  const suffix = keySuffix(policy.name, algorithm);
  const { decide, close } = await begin(policy);
  return {
    listener: limitedResource({
      policies: [policy],
      async decide(subject: string, cost = 1) {
        const startedMs = performance.now();
        const [key = ""] = keysOf(keyPrefix, [suffix], subject);
        const decision = await decide(key, cost);
        if (decision.source === "local") metrics.redisFailed("error");
        metrics.decided(decision, (performance.now() - startedMs) / 1_000);
        return decision;
      },
    }),
    metrics: () => registry.metrics(),
    close: async () => close(),
  };
}
