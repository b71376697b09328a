import type { ProbeAnswer } from "./redis-probe.ts";

interface Outcome {
  readonly who: string;
  readonly answer: ProbeAnswer;
}

/** `a`, `a and b`, `a, b and c`. */
export function inWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** `0.3 ms`, or `0.3 to 0.5 ms` where the shortest and the longest differ. */
export function spanInWords(lengthsMs: readonly number[]): string {
  const [least, most] = [Math.min(...lengthsMs), Math.max(...lengthsMs)].map((ms) => ms.toFixed(1));
  return least === most ? `${least} ms` : `${least} to ${most} ms`;
}

/** `within 0.3 to 0.5 ms on replica 0 and replica 1`: how soon the answers came. */
export function answeredIn(outcomes: readonly Outcome[]): string {
  const lengths = outcomes.map(({ answer }) => answer.tookMs);
  return `within ${spanInWords(lengths)} on ${inWords(outcomes.map(({ who }) => who))}`;
}

/** What became of a question, one entry for each kind of outcome: `was refused on replica 0`. */
export function outcomesIn(outcomes: readonly Outcome[]): string[] {
  const groups = Map.groupBy(outcomes, ({ answer }) => outcomeOf(answer));
  return [...groups].map(([outcome, group]) => `${outcome} on ${inWords(group.map(({ who }) => who))}`);
}

function outcomeOf(answer: ProbeAnswer): string {
  switch (answer.kind) {
    case "answered":
      return "was answered";
    case "error":
      return `was answered with "${answer.message}"`;
    case "refused":
      return "was refused";
    case "closed":
      return "was cut by a closed connection";
    case "reset":
      return "was cut by a reset connection";
    case "silent":
      return `was not answered for ${Math.floor(answer.tookMs)} ms`;
  }
}
