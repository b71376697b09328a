import type { Symptom } from "./symptom.ts";

type Question = Pick<Symptom, "question" | "ask">;

/** The shortest question: `PING`. */
export const askPing: Question = {
  question: "PING",
  ask: ({ probe }, withinMs) => probe.ask(["PING"], withinMs),
};

/** A question whose execution Redis counts; command and reply carry `bytes` bytes. */
export function askEcho(bytes = 1): Question {
  const text = "x".repeat(bytes);
  return {
    question: bytes === 1 ? "ECHO" : `ECHO of ${bytes} bytes`,
    ask: ({ probe }, withinMs) => probe.ask(["ECHO", text], withinMs),
  };
}
