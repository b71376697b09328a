import { type Asking, askPaths, type PathAnswers } from "./ask-paths.ts";
import { calmOf } from "./calm.ts";
import { countEchoes } from "./count-echoes.ts";
import { noteFault } from "./fault-notes.ts";
import type { FaultSite, RedisWay } from "./fault-site.ts";
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
import { takeTurn } from "./take-turn.ts";

/** What it takes to see a fault of paths. */
export interface Sighting {
  readonly name: string;
  readonly site: FaultSite;
  readonly symptom: Symptom;
}

/** The same, with what was seen before it. */
export interface Sight extends Sighting {
  readonly before: PathAnswers;
  /** The calm of the paths that it does not aim at; of those in calm. */
  readonly calm: ReadonlyMap<number, number>;
}

/** A busy machine may spoil a look: so often it is repeated before something counts as not seen. */
const brokenTries = 2;
const healedTries = 3;
/** Enough of them that one is as fast as the path can be, on a busy machine too. */
const timesBefore = 12;
/** More would be slowed by each other. */
const brokenAtOnce = 6;
/** One after the other where possible, so that a stall does not spoil them all. */
const soundAtOnce = 2;
/** An answer over a sound path is waited for so long at least. */
const patienceMs = 1_000;

/** Looks at the paths that a fault will aim at, and at those on which there is none. */
export function lookBefore(sighting: Sighting): Promise<Sight> {
  const { site, symptom } = sighting;
  return undisturbed(site, symptom, async () => {
    const calm = new Map<number, number>();
    for (const { replica, proxy } of notAimedAt(site)) {
      const calmNow = calmOf(proxy);
      if (calmNow !== null) calm.set(replica, calmNow);
    }
    const ways = site.paths.filter(({ replica }) => site.replicas.includes(replica) || calm.has(replica));
    const times = Math.max(timesBefore, timesToAsk(symptom));
    return { ...sighting, calm, before: await askPaths(ways, symptom, soundAsking(symptom, times)) };
  });
}

/** Asks paths that ought to be sound. */
function askSound({ site, symptom }: Sighting, ways: readonly RedisWay[]): Promise<PathAnswers> {
  const asking = soundAsking(symptom, timesToAsk(symptom));
  return undisturbed(site, symptom, () => askPaths(ways, symptom, asking));
}

/** One that falls silent is not asked on. */
function soundAsking({ withinMs }: Symptom, times: number): Asking {
  return { times, withinMs: Math.max(patienceMs, withinMs), atOnce: soundAtOnce, onSilence: "stop" };
}

/** Nobody else asks what Redis counts while this is counted. */
async function undisturbed<Seen>(
  { redis }: FaultSite,
  { executes }: Symptom,
  look: () => Promise<Seen>,
): Promise<Seen> {
  if (executes === undefined || redis === null) return look();
  const endTurn = await takeTurn(redis);
  return look().finally(endTurn);
}

/** What is seen of the fault on all paths that it aims at; `null` if one does not show it, or another one does. */
export async function seeBroken(sight: Sight): Promise<string | null> {
  return firstSeen(brokenTries, () => lookForBroken(sight));
}

/** What is seen of the paths that it aimed at, once all of them answer as before; else `null`. */
export async function seeHealed(sight: Sight): Promise<string | null> {
  const { site, before, symptom } = sight;
  return firstSeen(healedTries, async () => {
    const looks = compared(before, await askSound(sight, aimedAt(site)));
    if (looks.length === 0 || !looks.every((look) => isSound(look, symptom))) return null;
    const replies = looks.flatMap(({ now }) => now).filter(({ kind }) => kind !== "silent");
    return `${symptom.question} took ${tookWords(replies)} on ${replicaWords(looks)}`;
  });
}

async function lookForBroken(sight: Sight): Promise<string | null> {
  const { name, site, symptom } = sight;
  const { looks, executed } = await undisturbed(site, symptom, () => askBroken(sight));
  const besides = await lookBeside(sight);
  const spoiled = besides.filter((look) => !isSound(look, symptom));
  if (spoiled.length > 0) {
    noteFault(site, `${name} is seen on ${replicaWords(spoiled)} too, where it does not aim`);
    return null;
  }
  if (looks.length === 0 || !looks.every((look) => wasSound(look, symptom) && isAffected(look, symptom)))
    return null;
  return brokenWords(symptom, looks, besides, executed);
}

async function askBroken({
  site,
  before,
  symptom,
}: Sight): Promise<{ readonly looks: readonly PathLook[]; readonly executed: number | null }> {
  const { executes } = symptom;
  const echoes = executes === undefined || site.redis === null ? null : await countEchoes(site.redis.url);
  const times = timesToAsk(symptom);
  const asking: Asking = { times, withinMs: symptom.withinMs, atOnce: brokenAtOnce, onSilence: "go on" };
  const now = await askPaths(aimedAt(site), symptom, asking);
  return { looks: compared(before, now), executed: echoes === null ? null : await echoes.since() };
}

/** Of the paths that no fault aims at, nor has since; a path that was not sound before says nothing. */
async function lookBeside(sight: Sight): Promise<PathLook[]> {
  const { site, before, calm, symptom } = sight;
  const inCalm = () => notAimedAt(site).filter(({ replica, proxy }) => calm.get(replica) === calmOf(proxy));
  const now = await askSound(sight, inCalm());
  const stillInCalm = new Set(inCalm().map(({ replica }) => replica));
  return compared(before, now).filter((look) => stillInCalm.has(look.replica) && wasSound(look, symptom));
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
