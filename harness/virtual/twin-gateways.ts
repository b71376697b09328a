import { Registry } from "prom-client";
import type { Algorithm } from "../../limiter/algorithms/algorithm.ts";
import type { LocalState } from "../../limiter/algorithms/local-state.ts";
import { type Decision, decisionOf } from "../../limiter/decision.ts";
import { rateLimitField, rateLimitPolicyField, retryAfterField } from "../../limiter/headers.ts";
import { limiterMetrics } from "../../limiter/metrics.ts";
import type { Policy } from "../../limiter/policy.ts";
import type { VirtualGateways, VirtualQuestion } from "./virtual-gateways.ts";

/**
 * Replicas that share one memory by `algorithm`'s local twin, which decides as its Lua does, to the microsecond; all
 * policies are tested and then charged, or none. `nowUs` is the clock that they decide by. What is told of a decision is
 * told by the library's own fields and metrics.
 */
export function twinGateways(
  algorithm: Algorithm,
  { policies, replicas }: { readonly policies: readonly Policy[]; readonly replicas: number },
  nowUs: () => number,
): VirtualGateways {
  const states = policies.map(() => new Map<string, LocalState>());
  const names = policies.map(({ name }) => name);
  const registries = Array.from({ length: replicas }, () => new Registry());
  const metrics = registries.map((registry) => limiterMetrics(names, registry));
  const policyField = rateLimitPolicyField(policies);

  function decide({ subject, owners = {}, cost }: VirtualQuestion): Decision {
    const atUs = nowUs();
    const asked = policies.map((policy, index) => {
      const counted = owners[policy.by ?? ""] ?? subject;
      const known = states[index]?.get(counted);
      if (known !== undefined) return known;
      const state = algorithm.local(policy);
      states[index]?.set(counted, state);
      return state;
    });
    let [denying, longest] = [0, 0];
    const peeks = asked.map((state) => state.peek(atUs, cost));
    for (const [index, { retryUs }] of peeks.entries())
      if (retryUs !== 0 && longest !== -1 && (retryUs === -1 || retryUs > longest))
        [denying, longest] = [index + 1, retryUs];
    const told = denying === 0 ? asked.map((state) => state.decide(atUs, cost)) : peeks;
    const reply = told.flatMap(({ remaining, retryUs, resetUs }) => [remaining, retryUs, resetUs]);
    return decisionOf([denying, ...reply], names);
  }

  return {
    ask(question, answer) {
      const decision = decide(question);
      metrics[question.replica]?.decided(decision, 0);
      const isDenied = decision.outcome === "denied";
      const retryAfter = isDenied ? retryAfterField(decision) : undefined;
      answer({
        status: isDenied ? 429 : 200,
        source: "redis",
        policy: isDenied ? names.indexOf(decision.policy) : undefined,
        fields: {
          "ratelimit-policy": policyField,
          ratelimit: rateLimitField(decision.quotas),
          ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
        },
      });
    },
    metrics: async (replica) => (await registries[replica]?.metrics()) ?? "",
    async [Symbol.asyncDispose]() {},
  };
}
