import type { RedisWay } from "./fault-site.ts";
import type { ProbeAnswer } from "./redis-probe.ts";

/** How a broken path is known from outside. */
export interface Symptom {
  /** What is asked, in words: `PING`. */
  readonly question: string;
  /** Asks it once, over a connection of its own; never rejects. */
  readonly ask: (way: RedisWay, withinMs: number) => Promise<ProbeAnswer>;
  /** How long an answer over the broken path is waited for. */
  readonly withinMs: number;
  /** Whether an answer shows the fault, given how fast the same path answered at best before. */
  readonly shows: (answer: ProbeAnswer, usualMs: number) => boolean;
  /** What was seen, in words with numbers, given the answers that show it. */
  readonly says: (shown: readonly ProbeAnswer[]) => string;
  /** Share of the connections that ought to show it, 0 to 1. */
  readonly share: number;
  /** `some` where chance decides whether a connection shows it; `all` where each must. */
  readonly expects: "all" | "some";
  /** Which of the questions Redis must have executed, as it counts itself; they are then ECHOs. @default not counted */
  readonly executes?: "all" | "those that do not show it";
}

/** What one path answered to the same question, asked several times. */
export interface Look {
  readonly replica: number;
  readonly answers: readonly ProbeAnswer[];
}

const sureTimes = 3;
const chanceTimes = 12;
const mostTimes = 120;
const atOnce = 12;
/** Before and after the fault, and beside it, an answer is waited for so long at least. */
const patienceMs = 1_000;

/** Asks paths that ought to be sound. */
export function lookPatiently(ways: readonly RedisWay[], symptom: Symptom): Promise<Look[]> {
  return lookAt(ways, symptom, Math.max(patienceMs, symptom.withinMs));
}

/** Asks each of the paths, all at once, as often as the symptom needs it to be seen by chance too. */
export async function lookAt(ways: readonly RedisWay[], symptom: Symptom, withinMs: number): Promise<Look[]> {
  return Promise.all(
    ways.map(async (way) => {
      const answers: ProbeAnswer[] = [];
      let left = timesToAsk(symptom);
      const askOn = async () => {
        while (left-- > 0) answers.push(await symptom.ask(way, withinMs));
      };
      await Promise.all(Array.from({ length: atOnce }, askOn));
      return { replica: way.replica, answers };
    }),
  );
}

/** Its fastest reply in milliseconds; infinite if there was none. */
export function usualMs({ answers }: Look): number {
  return Math.min(...answers.filter(isReply).map(({ tookMs }) => tookMs));
}

/** The answers of `look` that show the symptom. */
export function shownIn(look: Look, before: Look, { shows }: Symptom): readonly ProbeAnswer[] {
  const usual = usualMs(before);
  return look.answers.filter((answer) => shows(answer, usual));
}

/** Enough answers show it: each if that is certain, else a third of those that are to be expected. */
export function isAffected(look: Look, before: Look, symptom: Symptom): boolean {
  return shownIn(look, before, symptom).length >= leastShown(symptom);
}

/** Most questions were replied to without showing it, and fewer show it than an affected path would. */
export function isSound(look: Look, before: Look, symptom: Symptom): boolean {
  const shown = shownIn(look, before, symptom);
  const sound = look.answers.filter((answer) => isReply(answer) && !shown.includes(answer));
  return sound.length > look.answers.length / 2 && shown.length < leastShown(symptom);
}

function timesToAsk({ share, expects }: Symptom): number {
  return expects === "all" ? sureTimes : Math.min(mostTimes, Math.ceil(chanceTimes / share));
}

function leastShown(symptom: Symptom): number {
  const times = timesToAsk(symptom);
  return symptom.expects === "all" ? times : Math.max(1, Math.ceil((times * symptom.share) / 3));
}

function isReply({ kind }: ProbeAnswer): boolean {
  return kind === "answered" || kind === "error";
}
