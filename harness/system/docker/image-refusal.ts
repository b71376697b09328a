import { Refusal } from "../../refusal.ts";

/** Says in one sentence why an image did not come up, and which variable names another one. */
export function imageRefusal(image: string, variable: string, cause: unknown): Refusal {
  const words = cause instanceof Error ? cause.message : String(cause);
  const reason = words.replaceAll(/\s+/g, " ").replace(/[ .]+$/, "");
  return new Refusal(`The image ${image} does not come up, ${reason}: name another one in ${variable}.`, {
    cause,
  });
}
