import { isInstalled } from "./package-root.ts";

/** Every command that there is: what else stands behind `npm run` is somebody's script. */
export const commandNames = [
  "baseline",
  "bench",
  "clean",
  "compare",
  "doctor",
  "gate",
  "league",
  "list",
  "mutants",
  "report",
  "scenario",
  "toxiproxy",
] as const;

const behindNpm = new RegExp(`npm run (${commandNames.join("|")})\\b`, "g");

/**
 * `text`, in which commands stand as they are typed in a checkout (`npm run scenario burst -- --seed 7`), as the caller
 * has to type them: those of an installed package are `npx gatecrash scenario burst --seed 7`.
 */
export function asTyped(text: string, { installed = isInstalled }: AsTypedOptions = {}): string {
  if (!installed) return text;
  return text
    .replaceAll(behindNpm, "npx gatecrash $1")
    .replaceAll(/(npx gatecrash[^`\n]*?) -- /g, "$1 ")
    .replaceAll("(-- --", "(--");
}

/** Who is told. */
export interface AsTypedOptions {
  /** @default whether this is a package that somebody installed */
  readonly installed?: boolean;
}
