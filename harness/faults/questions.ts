import type { Symptom } from "./symptom.ts";

type Question = Pick<Symptom, "question" | "ask">;

/** The shortest question: `PING`. */
export const askPing: Question = {
  question: "PING",
  ask: ({ probe }, withinMs) => probe.ask(["PING"], withinMs),
};

/** A question whose command and reply carry `bytes` bytes. */
export function askLongPing(bytes: number): Question {
  const text = "x".repeat(bytes);
  return {
    question: `PING of ${bytes} bytes`,
    ask: ({ probe }, withinMs) => probe.ask(["PING", text], withinMs),
  };
}

/** The same with a command that is kept for it, so that Redis's count of it says which ones were executed. */
export function askEcho(bytes = 1): Question {
  const text = "x".repeat(bytes);
  return {
    question: bytes === 1 ? "ECHO" : `ECHO of ${bytes} bytes`,
    ask: ({ probe }, withinMs) => probe.ask(["ECHO", text], withinMs),
  };
}
