import type { FaultRecord, PhaseSpan } from "../../harness/history/history.ts";
// biome-ignore lint/style/noRestrictedImports: test support draws its arrivals as a run would
import type { Random } from "../../harness/load/random.ts";
import { type Cut, gapMs, type SampleArrival, type SampleStory, tenant } from "./sample-story.ts";

/** When each replica is back on Redis, in milliseconds after the first fault was healed. */
export const outageBackMs: readonly number[] = [312, 288, 447];

const phases: readonly PhaseSpan[] = [
  { name: "warmup", fromMs: 0, untilMs: 1_000, model: "open", role: "warmup" },
  { name: "before", fromMs: 1_000, untilMs: 5_500, model: "open", role: "judged" },
  { name: "outage", fromMs: 5_500, untilMs: 11_500, model: "open", role: "judged" },
  { name: "after", fromMs: 11_500, untilMs: 16_000, model: "open", role: "judged" },
];

/** Redis is down for all replicas, then slow for one of them, which nobody saw; instants count from the origin. */
export const outageFaults: readonly FaultRecord[] = [
  {
    name: "redis-down",
    legend: "Redis refuses every connection",
    replicas: [0, 1, 2],
    fromMs: 6_000,
    injectedMs: 6_003.25,
    healingMs: 10_000,
    untilMs: 10_150,
    losesState: "none",
    verified: "refused after 0.2 ms on every replica (before: answered after 0.3 ms)",
    healed: "answered after 0.4 ms on every replica",
  },
  {
    name: "redis-latency",
    legend: "Redis replies 8 ms late, give or take 2 ms",
    replicas: [1],
    fromMs: 12_500,
    injectedMs: 12_700,
    healingMs: 13_900,
    untilMs: 14_000,
    losesState: "none",
    verified: null,
    healed: "probes took 0.4 ms",
  },
];

/** A steady load of which one subject asks for too much, through an outage and the way back. */
export const outageStory: SampleStory = { scenario: "redis-down", phases, arrivals, cut };

function arrivals(random: Random): SampleArrival[] {
  const drawn: SampleArrival[] = [];
  phases.forEach(({ fromMs, untilMs }, phase) => {
    for (let atMs = fromMs + gapMs(random, 3_000); atMs < untilMs; atMs += gapMs(random, 3_000))
      drawn.push({ atMs, subject: random() < 0.3 ? 0 : 3 + tenant(random, 60), phase });
  });
  return drawn;
}

/** The third replica first refuses; the breakers open after the deadline, and one request in 250 probes. */
function cut(replica: number, atMs: number, random: Random): Cut | null {
  const [down, slow] = outageFaults;
  if (down === undefined || slow === undefined) return null;
  const backMs = down.untilMs + (outageBackMs[replica] ?? 0);
  if (replica === 1 && atMs > slow.injectedMs && atMs < slow.healingMs)
    return { by: "redis", waitsMs: 6 + 4 * random() };
  if (atMs < down.injectedMs || atMs > backMs + 250) return null;
  if (atMs > backMs) return random() < 0.3 ? { by: "local", waitsMs: 0 } : null;
  const waitsMs = atMs < down.injectedMs + 30 || random() < 0.004 ? 25 : 0;
  return { by: replica === 2 && atMs < down.injectedMs + 180 ? "unavailable" : "local", waitsMs };
}
