import type { FaultSite } from "./fault-site.ts";
import { directProbe } from "./direct-probe.ts";
import type { ProbeAnswer, RedisProbe } from "./redis-probe.ts";
import { answeredIn, inWords, outcomesIn } from "./in-words.ts";
import { eventually } from "./eventually.ts";

/** One way on which the effect of a fault is looked for. */
export interface AimedPath {
  /** In words: whose way it is. */
  readonly who: string;
  readonly probe: RedisProbe;
}

/** What was seen on one path. */
export interface Sight {
  readonly who: string;
  readonly answer: ProbeAnswer;
}

/** So long a Redis that works is waited for, in milliseconds. */
export const patienceMs = 2_000;

/** How the replicas that a fault aims at reach Redis; in a run without proxies all of them do so like the harness. */
export function aimedPaths({ paths, replicas, redis }: FaultSite): readonly AimedPath[] {
  if (paths.length === 0) return [{ who: "the direct way", probe: directProbe(redis.url) }];
  return paths
    .filter(({ replica }) => replicas.includes(replica))
    .map(({ replica, probe }) => ({ who: `replica ${replica}`, probe }));
}

/** Asks one question on every path at once. */
export function askAll(
  paths: readonly AimedPath[],
  command: readonly string[],
  withinMs: number = patienceMs,
): Promise<Sight[]> {
  return Promise.all(
    paths.map(async ({ who, probe }) => ({ who, answer: await probe.ask(command, withinMs) })),
  );
}

/** True if every path gave a reply that `fits`. */
export function allReplied(sights: readonly Sight[], fits: (reply: string) => boolean = () => true): boolean {
  return sights.length > 0 && sights.every(({ answer }) => answer.kind === "answered" && fits(answer.reply));
}

/** Waits a while until PING is answered on every path; then says so. */
export function answersAgain(paths: readonly AimedPath[]): Promise<string | null> {
  return eventually(async () => {
    const sights = await askAll(paths, ["PING"]);
    return allReplied(sights) ? `PING is answered ${answeredIn(sights)}` : null;
  });
}

/** What became of PING on every path, beside what it was `before`; `null` unless every path `shows` the effect. */
export async function pingShows(
  paths: readonly AimedPath[],
  before: readonly Sight[],
  withinMs: number,
  shows: (answer: ProbeAnswer) => boolean,
): Promise<string | null> {
  const sights = await askAll(paths, ["PING"], withinMs);
  if (!allReplied(before) || !sights.every(({ answer }) => shows(answer))) return null;
  return `PING ${inWords(outcomesIn(sights))}; before it was answered ${answeredIn(before)}`;
}
