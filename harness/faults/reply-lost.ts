import type { Fault } from "./fault.ts";
import { pathFault } from "./path-fault.ts";
import { askEcho } from "./questions.ts";
import { kindWords, shareWords } from "./seen-words.ts";
import { requireToxic, type ToxicOptions } from "./toxic-options.ts";
import { toxicPath } from "./toxic-path.ts";

/** Which replies, and what then. */
export interface ReplyLostOptions extends ToxicOptions {
  /** What becomes of the connection. @default "silence" */
  readonly afterwards?: "silence" | "reset";
  /** Names of commands; ECHO, which the look uses, is added. @default all but those that set a connection up */
  readonly commands?: readonly string[];
}

const silenceMs = 300;

/** Redis executes a command and its reply is lost: the caller cannot know whether it was charged. */
export function replyLost(options: ReplyLostOptions = {}): Fault {
  const { afterwards = "silence", commands = [], toxicity = 1 } = options;
  requireToxic("reply-lost", options, {});
  const whose = commands.length === 0 ? "executed commands" : `executed ${commands.join(", ")}`;
  const end = afterwards === "reset" ? " and the connection reset" : "";
  return pathFault({
    name: "reply-lost",
    legend: `replies of ${whose} are lost${end}${shareWords(toxicity)}`,
    needs: ["proxies", "redis-toxics"],
    breakPath: toxicPath({
      type: "redis_reply_lost",
      stream: "downstream",
      toxicity,
      attributes: { afterwards, commands: commands.length === 0 ? [] : [...commands, "ECHO"] },
    }),
    symptom: {
      ...askEcho(),
      withinMs: afterwards === "reset" ? 1_000 : silenceMs,
      shows: ({ kind }) =>
        afterwards === "reset" ? kind === "reset" || kind === "closed" : kind === "silent",
      says: (shown) =>
        afterwards === "reset"
          ? `the connection of an ECHO was ${kindWords(shown)}`
          : `ECHO was not answered within ${silenceMs} ms`,
      share: toxicity,
      executes: "all",
    },
  });
}
