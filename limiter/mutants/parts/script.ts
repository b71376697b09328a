import { createHash } from "node:crypto";
import type { Script } from "../../algorithms/decide-script.ts";

/** A Lua text, and the name that Redis gives it. */
export function script(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}
