import type { Policy } from "../../../limiter/policy.ts";
import type { Result } from "../result.ts";
import type { Baseline } from "./baseline.ts";

/** What makes two runs trials of the same story. */
export type Story = Pick<Baseline, "scenario" | "variant" | "policies" | "replicas" | "offered">;

/** The story that `result` is a trial of. */
export function storyOf({ scenario, variant, policies, replicas, phases }: Result): Story {
  const paced = phases.filter(({ model, role }) => model === "open" && role === "judged");
  return {
    scenario,
    variant,
    policies,
    replicas,
    offered: Object.fromEntries(paced.map(({ name, load }) => [name, load.offered])),
  };
}

/** Two seeds ask for as much within this share, and within the chance of random arrivals. */
const offeredShare = 0.1;

/**
 * Why `story` is another than `usual`, as the end of a sentence that begins with "it is"; null if it is the same: limiter,
 * policies, gateways, and as many requests in every paced phase.
 */
export function otherStory(story: Story, usual: Story): string | null {
  if (story.scenario !== usual.scenario || story.variant !== usual.variant)
    return `${story.scenario} on ${story.variant}, not ${usual.scenario} on ${usual.variant}`;
  const [policies, before] = [story.policies.map(policyText), usual.policies.map(policyText)];
  if (policies.join() !== before.join()) return `of the policy ${policies.join()}, not ${before.join()}`;
  if (story.replicas !== usual.replicas)
    return `of ${story.replicas} gateways, not ${usual.replicas}: give --replicas ${usual.replicas}`;
  for (const name of new Set([...Object.keys(story.offered), ...Object.keys(usual.offered)])) {
    const [asked = 0, wanted = 0] = [story.offered[name], usual.offered[name]];
    if (Math.abs(asked - wanted) > offeredShare * wanted + 4 * Math.sqrt(wanted))
      return `of ${Math.round(asked)} requests in ${name}, not about ${Math.round(wanted)}: give the same --rate and --duration`;
  }
  return null;
}

function policyText({ name, limit, windowMs, burst, by }: Policy): string {
  const capacity = burst === undefined ? "" : ` with a burst of ${burst}`;
  return `${name} of ${limit} in ${windowMs} ms${capacity}${by === undefined ? "" : ` by ${by}`}`;
}

/** What differs between two machines, as they say it; null if nothing does. */
export function otherMachine(
  environment: Baseline["environment"],
  usual: Baseline["environment"],
): string | null {
  const parts = (["cpus", "platform", "node", "redis", "gatecrash"] as const).filter(
    (part) => environment[part] !== usual[part],
  );
  return parts.length === 0
    ? null
    : parts.map((part) => `${part} ${environment[part]}, not ${usual[part]}`).join("; ");
}
