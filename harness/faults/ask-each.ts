import { eventually } from "./eventually.ts";
import type { Way } from "./redis-fault.ts";
import type { ProbeAnswer } from "./redis-probe.ts";
import { replicaWords, tookWords } from "./seen-words.ts";

/** What one replica's path answered. */
export interface PathAnswer {
  readonly replica: number;
  readonly answer: ProbeAnswer;
}

/** An answer of something that works is waited for so long, in milliseconds. */
export const patienceMs = 2_000;

/** Asks one question on every path, all at once. */
export function askEach(
  ways: readonly Way[],
  command: readonly string[],
  withinMs: number = patienceMs,
): Promise<PathAnswer[]> {
  return Promise.all(
    ways.map(async ({ replica, probe }) => ({ replica, answer: await probe.ask(command, withinMs) })),
  );
}

/** True if every path was asked and replied with no error, and each reply `fits`. */
export function allReply(
  answers: readonly PathAnswer[],
  fits: (reply: string) => boolean = () => true,
): boolean {
  return (
    answers.length > 0 && answers.every(({ answer }) => answer.kind === "answered" && fits(answer.reply))
  );
}

/** True if every path was asked and each gave an error that begins so. */
export function allRefuse(answers: readonly PathAnswer[], beginning: string): boolean {
  return (
    answers.length > 0 &&
    answers.every(({ answer }) => answer.kind === "error" && answer.message.startsWith(beginning))
  );
}

/** How long the answers took: `0.3 to 0.5 ms`. */
export function timesOf(answers: readonly PathAnswer[]): string {
  return tookWords(answers.map(({ answer }) => answer));
}

/** Waits a while until PING is answered on every path, and says so; `null` if it is not. */
export function seePings(ways: readonly Way[]): Promise<string | null> {
  return eventually(async () => {
    const answers = await askEach(ways, ["PING"]);
    return allReply(answers) ? `PING took ${timesOf(answers)} on ${replicaWords(answers)}` : null;
  });
}
