import type { PhaseSpan } from "../../harness/history/history.ts";
// biome-ignore lint/style/noRestrictedImports: test support draws its arrivals as a run would
import type { Random } from "../../harness/load/random.ts";

/** One simulated request before it is answered; `atMs` counts from the run's origin. */
export interface SampleArrival {
  readonly atMs: number;
  readonly subject: number;
  readonly phase: number;
}

/** Hot keys rotate, so that every phase starts rested; the rest is a tail of tenants. */
export const sampleSubjects: readonly string[] = [
  "hot-burst",
  "hot-edge",
  "hot-blast",
  ...Array.from({ length: 60 }, (_, index) => `tenant-${String(index + 1).padStart(2, "0")}`),
];

/** The phases of the sample, on a clock whose zero is the origin. */
export const samplePhases: readonly PhaseSpan[] = [
  { name: "warmup", fromMs: 0, untilMs: 1_000, model: "open", role: "warmup" },
  { name: "baseline", fromMs: 1_000, untilMs: 5_000, model: "open", role: "judged" },
  { name: "burst", fromMs: 5_200, untilMs: 13_000, model: "open", role: "judged" },
  { name: "edge", fromMs: 13_400, untilMs: 18_400, model: "open", role: "judged" },
  { name: "blast", fromMs: 18_700, untilMs: 22_300, model: "saturate", role: "judged" },
];

/** Arrivals of all phases in order of time. */
export function sampleArrivals(random: Random): SampleArrival[] {
  const arrivals: SampleArrival[] = [];
  const poisson = (phase: number, fromMs: number, untilMs: number, perSecond: number, hotShare: number) => {
    for (let atMs = fromMs + gap(random, perSecond); atMs < untilMs; atMs += gap(random, perSecond))
      arrivals.push({ atMs, subject: random() < hotShare ? phase - 2 : 3 + zipf(random, 60), phase });
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

function gap(random: Random, perSecond: number): number {
  return (-Math.log(1 - random()) * 1_000) / perSecond;
}

/** A rank of 0 to `size` - 1, the first ones more often. */
function zipf(random: Random, size: number): number {
  return Math.min(size - 1, Math.floor(size ** random() - 1));
}
