import { countEchoes } from "./count-echoes.ts";
import { noteFault } from "./fault-notes.ts";
import type { FaultSite, RedisWay } from "./fault-site.ts";
import type { ProbeAnswer } from "./redis-probe.ts";
import { replicaWords, tookWords } from "./seen-words.ts";
import {
  isAffected,
  isSound,
  type PathLook,
  type Symptom,
  shownIn,
  timesToAsk,
  wasSound,
} from "./symptom.ts";

/** What one path answered to one question, asked several times, by the number of its replica. */
export type PathAnswers = ReadonlyMap<number, readonly ProbeAnswer[]>;

/** All that it takes to see a fault of paths. */
export interface Sight {
  readonly name: string;
  readonly site: FaultSite;
  /** Of all paths, aimed at or not. */
  readonly before: PathAnswers;
  readonly symptom: Symptom;
}

/** A busy machine may spoil a look: so often it is repeated before something counts as not seen. */
const brokenTries = 2;
const healedTries = 3;
/** More would be slowed by each other. */
const brokenAtOnce = 6;
/** One after the other where possible, so that a stall does not spoil them all. */
const soundAtOnce = 2;
/** An answer over a sound path is waited for so long at least. */
const patienceMs = 1_000;

/** Asks paths that ought to be sound, as often as the symptom needs; one that falls silent is not asked on. */
export function askPaths(ways: readonly RedisWay[], symptom: Symptom): Promise<PathAnswers> {
  const withinMs = Math.max(patienceMs, symptom.withinMs);
  return ask(ways, symptom, { withinMs, atOnce: soundAtOnce, untilSilent: true });
}

function askBroken(ways: readonly RedisWay[], symptom: Symptom): Promise<PathAnswers> {
  return ask(ways, symptom, { withinMs: symptom.withinMs, atOnce: brokenAtOnce, untilSilent: false });
}

interface Asking {
  readonly withinMs: number;
  readonly atOnce: number;
  readonly untilSilent: boolean;
}

async function ask(
  ways: readonly RedisWay[],
  symptom: Symptom,
  { withinMs, atOnce, untilSilent }: Asking,
): Promise<PathAnswers> {
  const asked = ways.map(async (way) => {
    const answers: ProbeAnswer[] = [];
    let left = timesToAsk(symptom);
    const askOn = async () => {
      while (left-- > 0) {
        const answer = await symptom.ask(way, withinMs);
        answers.push(answer);
        if (untilSilent && answer.kind === "silent") left = 0;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, askOn));
    return [way.replica, answers] as const;
  });
  return new Map(await Promise.all(asked));
}

/** What is seen of the fault on all paths that it aims at; `null` if one does not show it, or another one does. */
export async function seeBroken(sight: Sight): Promise<string | null> {
  return firstSeen(brokenTries, () => lookForBroken(sight));
}

/** What is seen of the paths that it aimed at, once all of them answer as before; else `null`. */
export async function seeHealed({ site, before, symptom }: Sight): Promise<string | null> {
  return firstSeen(healedTries, async () => {
    const looks = compared(before, await askPaths(aimedAt(site), symptom));
    if (looks.length === 0 || !looks.every((look) => isSound(look, symptom))) return null;
    const replies = looks.flatMap(({ now }) => now).filter(({ kind }) => kind !== "silent");
    return `${symptom.question} took ${tookWords(replies)} on ${replicaWords(looks)}`;
  });
}

async function lookForBroken({ name, site, before, symptom }: Sight): Promise<string | null> {
  const echoes = symptom.executes === undefined ? null : await countEchoes(site.redis.url);
  const looks = compared(before, await askBroken(aimedAt(site), symptom));
  const executed = echoes === null ? null : await echoes.since();
  const besides = compared(before, await askPaths(notAimedAt(site), symptom));
  const spoiled = besides.filter((look) => wasSound(look, symptom) && !isSound(look, symptom));
  if (spoiled.length > 0) {
    noteFault(site, `${name} is seen on ${replicaWords(spoiled)} too, where it does not aim`);
    return null;
  }
  if (looks.length === 0 || !looks.every((look) => wasSound(look, symptom) && isAffected(look, symptom)))
    return null;
  return brokenWords(symptom, looks, besides, executed);
}

/** `null` where Redis's own count contradicts. */
function brokenWords(
  symptom: Symptom,
  looks: readonly PathLook[],
  besides: readonly PathLook[],
  executed: number | null,
): string | null {
  const shown = looks.flatMap((look) => shownIn(look, symptom));
  const asked = looks.reduce((sum, { now }) => sum + now.length, 0);
  const before = looks.flatMap((look) => look.before);
  const parts = [`${symptom.says(shown)} on ${replicaWords(looks)} (before: ${tookWords(before)})`];
  if (shown.length < asked) parts.push(`on ${shown.length} of ${asked} connections`);
  if (symptom.executes !== undefined) {
    const expected = symptom.executes === "all" ? asked : asked - shown.length;
    if (executed !== expected) return null;
    parts.push(`Redis executed ${executed} of ${asked}`);
  }
  if (besides.length > 0) parts.push(`${replicaWords(besides)} as before`);
  return parts.join("; ");
}

function compared(before: PathAnswers, now: PathAnswers): PathLook[] {
  return [...now].map(([replica, answers]) => ({ replica, before: before.get(replica) ?? [], now: answers }));
}

function aimedAt({ paths, replicas }: FaultSite): RedisWay[] {
  return paths.filter(({ replica }) => replicas.includes(replica));
}

function notAimedAt({ paths, replicas }: FaultSite): RedisWay[] {
  return paths.filter(({ replica }) => !replicas.includes(replica));
}

async function firstSeen(tries: number, see: () => Promise<string | null>): Promise<string | null> {
  for (let left = tries; left > 0; left--) {
    const seen = await see();
    if (seen !== null) return seen;
  }
  return null;
}
