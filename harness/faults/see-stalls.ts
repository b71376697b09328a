import type { ProbeAnswer } from "./redis-probe.ts";
import { replicaWords, tookWords } from "./seen-words.ts";

/** Something of a replica that is asked whether it answers. */
export interface Asked {
  readonly replica: number;
  readonly ask: (withinMs: number) => Promise<ProbeAnswer>;
}

/** Stalls of which less is to be seen are not told from those of a busy machine. */
const leastStallMs = 5;
/** Of one that lasts so long, one that was announced is taken to be seen: the question came a moment after it began. */
const seenShare = 0.8;
const timesBefore = 5;

/** How soon everyone answers when nothing is broken: the fastest of a few questions. */
export async function usualAnswers(asked: readonly Asked[]): Promise<readonly ProbeAnswer[]> {
  return Promise.all(
    asked.map(async ({ ask }) => {
      const answers = [await ask(2_000)];
      while (answers.length < timesBefore) answers.push(await ask(2_000));
      return answers.reduce((best, next) => (isFaster(next, best) ? next : best));
    }),
  );
}

function isFaster(one: ProbeAnswer, other: ProbeAnswer): boolean {
  return one.kind === "answered" && (other.kind !== "answered" || one.tookMs < other.tookMs);
}

/** Which stalls to look for. */
export interface Stalls {
  /** What is asked, in words. */
  readonly question: string;
  readonly stallMs: number;
  /** From the beginning of one to that of the next. */
  readonly everyMs: number;
}

/**
 * Asks everyone again and again, until each has met a stall; says how long it took. `null` if one did not meet any in
 * ten times the time between two, or would have taken as long before, or if the stall is too short to be seen.
 */
export async function seeStalls(
  { question, stallMs, everyMs }: Stalls,
  asked: readonly Asked[],
  before: readonly ProbeAnswer[],
): Promise<string | null> {
  const enoughMs = seenShare * stallMs;
  if (stallMs < leastStallMs) return null;
  if (!before.every(({ kind, tookMs }) => kind === "answered" && tookMs < enoughMs)) return null;
  const deadline = performance.now() + 10 * (everyMs + stallMs) + 1_000;
  const met = await Promise.all(
    asked.map(async ({ ask }) => {
      for (;;) {
        const answer = await ask(10 * stallMs + 5_000);
        if (answer.kind === "answered" && answer.tookMs >= enoughMs) return answer;
        if (performance.now() > deadline) return null;
      }
    }),
  );
  const stalled = met.filter((answer) => answer !== null);
  if (stalled.length < asked.length || stalled.length === 0) return null;
  return `${question} took ${tookWords(stalled)} on ${replicaWords(asked)} (before: ${tookWords(before)})`;
}
