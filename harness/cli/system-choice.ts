import { Refusal } from "../refusal.ts";
import type { SystemChoice } from "../system/provide-redis.ts";

/** What `--system` says; throws a `Refusal` for anything but its three words. */
export function systemChoice(text: string): SystemChoice {
  if (text === "auto" || text === "local" || text === "docker") return text;
  throw new Refusal(`--system takes auto, local or docker; "${text}" is none.`);
}
