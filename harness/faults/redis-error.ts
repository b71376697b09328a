import type { Fault } from "./fault.ts";
import { pathFault } from "./path-fault.ts";
import { askEcho } from "./questions.ts";
import type { ProbeAnswer } from "./redis-probe.ts";
import { shareWords } from "./seen-words.ts";
import type { Symptom } from "./symptom.ts";
import { requireToxic, type ToxicOptions } from "./toxic-options.ts";
import { toxicPath } from "./toxic-path.ts";

/** Which error, and for whom. */
export interface RedisErrorOptions extends ToxicOptions {
  readonly error: "OOM" | "LOADING" | "READONLY" | "BUSY" | "NOSCRIPT";
  /** Names of commands; ECHO, which the look uses, is added. @default those that such a Redis would refuse */
  readonly commands?: readonly string[];
}

/** Commands are answered with an error of Redis, in its own words, and do not reach it. */
export function redisError(options: RedisErrorOptions): Fault {
  const { error, commands = [], toxicity = 1 } = options;
  requireToxic("redis-error", options, {});
  const whom = commands.length === 0 ? "commands" : commands.join(", ");
  const { question, ask } = commands.length === 0 ? askScript : askEcho();
  return pathFault({
    name: "redis-error",
    legend: `Redis answers ${whom} with ${error}${shareWords(toxicity)}`,
    needs: ["proxies", "redis-toxics"],
    breakPath: toxicPath({
      type: "redis_error",
      stream: "downstream",
      toxicity,
      attributes: { error, commands: commands.length === 0 ? [] : [...commands, "ECHO"] },
    }),
    symptom: {
      question,
      ask,
      withinMs: 1_000,
      shows: (answer) => answer.kind === "error" && answer.message.startsWith(`${error} `),
      says: (shown) => `${question} was answered with "${messageOf(shown)}"`,
      share: toxicity,
      ...(commands.length === 0 ? {} : { executes: "unaffected" }),
    },
  });
}

/** Without its arguments: Redis itself answers it with another error, and every one of ours concerns it. */
const askScript: Pick<Symptom, "question" | "ask"> = {
  question: "EVALSHA",
  ask: ({ probe }, withinMs) => probe.ask(["EVALSHA"], withinMs),
};

function messageOf(answers: readonly ProbeAnswer[]): string {
  const [first] = answers;
  return first?.kind === "error" ? first.message : "";
}
