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
    policies: JSON.stringify(policies),
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
  if (story.policies !== usual.policies) return `of other policies: ${story.policies}, not ${usual.policies}`;
  if (story.replicas !== usual.replicas)
    return `of ${story.replicas} gateways, not ${usual.replicas}: give --replicas ${usual.replicas}`;
  for (const name of new Set([...Object.keys(story.offered), ...Object.keys(usual.offered)])) {
    const [asked = 0, before = 0] = [story.offered[name], usual.offered[name]];
    if (Math.abs(asked - before) > offeredShare * before + 4 * Math.sqrt(before))
      return `of ${Math.round(asked)} requests in ${name}, not about ${Math.round(before)}: give the same --rate and --duration`;
  }
  return null;
}

/** What differs between two machines, as they say it; null if nothing does. */
export function otherMachine(
  environment: Baseline["environment"],
  usual: Baseline["environment"],
): string | null {
  const parts = (["cpus", "platform", "node", "redis"] as const).filter(
    (part) => environment[part] !== usual[part],
  );
  return parts.length === 0
    ? null
    : parts.map((part) => `${part} ${environment[part]}, not ${usual[part]}`).join("; ");
}
