import { type Random, seededRandom } from "../load/random.ts";

/** The ways of one simulated run, and what is lost on them. Instants in milliseconds. */
export interface Network {
  /** What kind it is. */
  readonly name: string;
  /** When what is sent to `replica` at `atMs`, or comes from it, is there. */
  readonly arrivalMs: (replica: number, atMs: number) => number;
  /** What becomes of a request; an answer that is lost belongs to one that may be decided `lateMs` late. */
  readonly fate: () => "answered" | "request-lost" | "answer-lost";
}

/** What kinds of network there are: seed after seed takes its turn. */
export const networks: readonly Weather[] = [
  { name: "quiet", leastMs: 0.05, meanMs: 0.05, lostShare: 0, pauses: null },
  { name: "usual", leastMs: 0.1, meanMs: 0.4, lostShare: 0.0005, pauses: null },
  { name: "slow", leastMs: 1, meanMs: 6, lostShare: 0, pauses: null },
  { name: "stalling", leastMs: 0.1, meanMs: 0.2, lostShare: 0, pauses: { everyMs: 400, longestMs: 120 } },
  {
    name: "lossy",
    leastMs: 0.1,
    meanMs: 0.5,
    lostShare: 0.02,
    pauses: { everyMs: 1_500, longestMs: 30 },
  },
];

/** How ways behave. */
export interface Weather {
  readonly name: string;
  /** The shortest way, and what comes on top of it on average. */
  readonly leastMs: number;
  readonly meanMs: number;
  /** Share of the requests that are never answered; half of these never arrive. */
  readonly lostShare: number;
  /** Now and then nothing gets through to a replica, or to all, for a while. */
  readonly pauses: { readonly everyMs: number; readonly longestMs: number } | null;
}

/** The network that `seed` stands for. */
export function networkOf(seed: number, replicas: number): Network {
  const weather = networks[seed % networks.length];
  if (weather === undefined) throw new RangeError(`${seed} is no seed.`);
  const random = seededRandom(seed, "network");
  const pauses = Array.from({ length: replicas }, () => pausesOf(weather, random));
  const { name, leastMs, meanMs, lostShare } = weather;
  return {
    name,
    arrivalMs(replica, atMs) {
      const there = atMs + leastMs - Math.log(1 - random()) * meanMs;
      return pauses[replica]?.(there) ?? there;
    },
    fate() {
      if (random() >= lostShare) return "answered";
      return random() < 0.5 ? "request-lost" : "answer-lost";
    },
  };
}

/** Defers to the end of a pause what would fall into it. Pauses are drawn as far as they are asked for. */
function pausesOf({ pauses }: Weather, random: Random): (atMs: number) => number {
  if (pauses === null) return (atMs) => atMs;
  const { everyMs, longestMs } = pauses;
  const spans: { readonly fromMs: number; readonly untilMs: number }[] = [];
  return (atMs) => {
    for (;;) {
      const last = spans.at(-1)?.untilMs ?? atMs - 2 * everyMs;
      if (last > atMs) break;
      const fromMs = last + 2 * everyMs * random();
      spans.push({ fromMs, untilMs: fromMs + longestMs * random() ** 2 });
    }
    const span = spans.findLast(({ fromMs }) => fromMs <= atMs);
    return span !== undefined && atMs < span.untilMs ? span.untilMs : atMs;
  };
}
