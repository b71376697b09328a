import type { RedisWay } from "./fault-site.ts";
import type { ProbeAnswer } from "./redis-probe.ts";
import type { Symptom } from "./symptom.ts";

/** What one path answered to one question, asked several times, by the number of its replica. */
export type PathAnswers = ReadonlyMap<number, readonly ProbeAnswer[]>;

/** How to ask. */
export interface Asking {
  readonly times: number;
  readonly withinMs: number;
  /** So many questions at a time, on each path. */
  readonly atOnce: number;
  /** `stop`: a path that falls silent is not asked on. */
  readonly onSilence: "stop" | "go on";
}

/** Asks each path, all of them at once. */
export async function askPaths(
  ways: readonly RedisWay[],
  symptom: Symptom,
  { times, withinMs, atOnce, onSilence }: Asking,
): Promise<PathAnswers> {
  const asked = ways.map(async (way) => {
    const answers: ProbeAnswer[] = [];
    let left = times;
    const askOn = async () => {
      while (left-- > 0) {
        const answer = await symptom.ask(way, withinMs);
        answers.push(answer);
        if (onSilence === "stop" && answer.kind === "silent") left = 0;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, askOn));
    return [way.replica, answers] as const;
  });
  return new Map(await Promise.all(asked));
}
