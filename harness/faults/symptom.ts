import type { RedisWay } from "./fault-site.ts";
import type { ProbeAnswer } from "./redis-probe.ts";

/** How a broken path is known from outside: a question that it answers otherwise than before. */
export interface Symptom {
  /** What is asked, in words: `PING`. */
  readonly question: string;
  /** Asks it once, over a connection of its own; never rejects. */
  readonly ask: (way: RedisWay, withinMs: number) => Promise<ProbeAnswer>;
  /** How long an answer over the broken path is waited for. */
  readonly withinMs: number;
  /** Whether an answer shows the fault; `usualMs` is the fastest reply of the same path before. */
  readonly shows: (answer: ProbeAnswer, usualMs: number) => boolean;
  /** What was seen, in words with numbers, given the answers that show it: at least one. */
  readonly says: (shown: readonly ProbeAnswer[]) => string;
  /** Share of the connections that ought to show it, 0 to 1. @default 1 */
  readonly share?: number;
  /** Whether chance, beside `share`, decides if an answer shows it. @default "certain" */
  readonly chance?: "certain" | "jitter";
  /** Which of the questions Redis must have executed by its own count; they are then ECHOs. @default not counted */
  readonly executes?: "all" | "unaffected";
}

/** What one path answered to the same question, before and now. */
export interface PathLook {
  readonly replica: number;
  readonly before: readonly ProbeAnswer[];
  readonly now: readonly ProbeAnswer[];
}

const certainTimes = 5;
const chanceTimes = 12;
const mostTimes = 120;
/** Where chance has its part, fewer than these might be the machine's. */
const leastByChance = 3;

/** How often to ask so that the symptom is seen, also where chance has its part. */
export function timesToAsk(symptom: Symptom): number {
  const { share = 1 } = symptom;
  if (isCertain(symptom) || share === 0) return certainTimes;
  return Math.min(mostTimes, Math.ceil(chanceTimes / share));
}

/** The answers that show the symptom now. */
export function shownIn({ before, now }: PathLook, { shows }: Symptom): readonly ProbeAnswer[] {
  const usualMs = Math.min(...before.filter(isReply).map(({ tookMs }) => tookMs));
  return now.filter((answer) => shows(answer, usualMs));
}

/** Enough answers show it now: each if that is certain, else a good part of those that are to be expected. */
export function isAffected(look: PathLook, symptom: Symptom): boolean {
  return shownIn(look, symptom).length >= leastShown(look.now.length, symptom);
}

/** Most questions are replied to now, and fewer show the symptom than on a path that has it. */
export function isSound(look: PathLook, symptom: Symptom): boolean {
  return look.now.filter(isReply).length > look.now.length / 2 && !isAffected(look, symptom);
}

/** The same of what was seen before. */
export function wasSound({ replica, before }: PathLook, symptom: Symptom): boolean {
  return isSound({ replica, before, now: before }, symptom);
}

/** An answer that Redis gave, if only an error. */
function isReply({ kind }: ProbeAnswer): boolean {
  return kind === "answered" || kind === "error";
}

function isCertain({ share = 1, chance = "certain" }: Symptom): boolean {
  return share === 1 && chance === "certain";
}

function leastShown(asked: number, symptom: Symptom): number {
  const { share = 1 } = symptom;
  if (isCertain(symptom)) return asked;
  if (share === 0) return Number.POSITIVE_INFINITY;
  return Math.max(leastByChance, Math.ceil(asked * (share === 1 ? 1 / 2 : share / 3)));
}
