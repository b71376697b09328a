import type { PhaseSpan } from "../../harness/history/history.ts";
// biome-ignore lint/style/noRestrictedImports: test support draws its arrivals as a run would
import type { Random } from "../../harness/load/random.ts";
import { gapMs, type SampleArrival, type SampleStory, tenant } from "./sample-story.ts";

/** Hot keys rotate, so that every phase starts rested; the rest is a tail of tenants. */
export const sampleSubjects: readonly string[] = [
  "hot-burst",
  "hot-edge",
  "hot-blast",
  ...Array.from({ length: 60 }, (_, index) => `tenant-${String(index + 1).padStart(2, "0")}`),
];

const samplePhases: readonly PhaseSpan[] = [
  { name: "warmup", fromMs: 0, untilMs: 1_000, model: "open", role: "warmup" },
  { name: "baseline", fromMs: 1_000, untilMs: 5_000, model: "open", role: "judged" },
  { name: "burst", fromMs: 5_200, untilMs: 13_000, model: "open", role: "judged" },
  { name: "edge", fromMs: 13_400, untilMs: 18_400, model: "open", role: "judged" },
  { name: "blast", fromMs: 18_700, untilMs: 22_300, model: "saturate", role: "judged" },
];

/** The burst: warm-up, baseline, burst trains, a window's edge and a blast. */
export const sampleStory: SampleStory = {
  scenario: "burst",
  phases: samplePhases,
  arrivals: sampleArrivals,
};

/** Arrivals of all phases in order of time. */
function sampleArrivals(random: Random): SampleArrival[] {
  const arrivals: SampleArrival[] = [];
  const poisson = (phase: number, fromMs: number, untilMs: number, perSecond: number, hotShare: number) => {
    for (let atMs = fromMs + gapMs(random, perSecond); atMs < untilMs; atMs += gapMs(random, perSecond))
      arrivals.push({ atMs, subject: random() < hotShare ? phase - 2 : 3 + tenant(random, 60), phase });
  };
  poisson(0, 0, 1_000, 600, 0);
  poisson(1, 1_000, 5_000, 2_000, 0);
  for (let train = 0; train < 6; train++)
    poisson(2, 5_200 + train * 1_300, 6_200 + train * 1_300, 10_000, 0.6);
  poisson(3, 13_400, 15_100, 300, 0);
  poisson(3, 15_100, 15_500, 9_000, 0.85);
  poisson(3, 15_500, 17_100, 300, 0);
  poisson(3, 17_100, 17_500, 9_000, 0.85);
  poisson(3, 17_500, 18_400, 300, 0);
  poisson(4, 18_700, 22_300, 19_500, 0.5);
  return arrivals;
}
