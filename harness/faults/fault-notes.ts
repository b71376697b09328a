import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { FaultSite } from "./fault-site.ts";

/** Writes one line to `logs/faults.log` of the run: why a fault was not seen, or could not be healed. Never throws. */
export function noteFault({ runFolder }: Pick<FaultSite, "runFolder">, sentence: string): void {
  const folder = join(runFolder, "logs");
  try {
    mkdirSync(folder, { recursive: true });
    appendFileSync(join(folder, "faults.log"), `${new Date().toISOString()} ${sentence}\n`);
  } catch {
    // The disk is full, say: healing goes on.
  }
}
