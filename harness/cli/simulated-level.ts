import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ALGORITHMS } from "../../limiter/limiter-options.ts";
import type { BatchOutcome } from "../mutants/simulated/batch.ts";
import { batchesOf } from "../mutants/simulated/batches-of.ts";
import { levelOneNumbers, renderBatches } from "../mutants/simulated/render-batches.ts";
import { withBatches, withGuilty } from "../mutants/simulated/render-oracle.ts";
import { runLevelOne } from "../mutants/simulated/run-level-one.ts";
import { packageRoot } from "../package-root.ts";
import { exitCode, Refusal } from "../refusal.ts";
import { withMatrixRedis } from "./matrix-redis.ts";
import type { AskedMatrix, MutantsOptions } from "./mutants-options.ts";

/** Level 1: everything in simulated time, with one real Redis for the scripts. Returns the exit code. */
export async function simulatedLevel(asked: AskedMatrix, options: MutantsOptions): Promise<number> {
  const acquittals = options.twins && !asked.isNamed ? "all" : "none";
  const correct = acquittals === "all" ? Object.keys(ALGORITHMS) : [];
  if (batchesOf({ ...asked, correct }).length === 0)
    throw new Refusal(
      `Nobody is tried in ${asked.only.join(" or ")} at level 1, where nothing breaks: say --level 3, or name another --story.`,
    );
  const outcomes = await withMatrixRedis(asked, (redisUrl) =>
    runLevelOne({ ...asked, acquittals, redisUrl, onBatch: tell }),
  );
  console.log(renderBatches(outcomes));
  if (options.write) await writeNumbers(outcomes);
  return exitCodeOf(outcomes);
}

function tell({ batch, convicted }: BatchOutcome, done: number, of: number): void {
  const { scenario, limiter, seeds } = batch;
  console.error(`${done} of ${of} · ${scenario} · ${limiter} · ${convicted} of ${seeds} runs convicted`);
}

/** A mutant that escapes with every seed, or a correct limiter that is convicted with any, is a failure. */
function exitCodeOf(outcomes: readonly BatchOutcome[]): number {
  const { guiltyFound, guiltyTried, falseConvictions } = levelOneNumbers(outcomes);
  return guiltyFound < guiltyTried || falseConvictions > 0 ? exitCode.fail : exitCode.pass;
}

async function writeNumbers(outcomes: readonly BatchOutcome[]): Promise<void> {
  const pages = [
    { path: join(packageRoot, "README.md"), written: withBatches },
    { path: join(packageRoot, "limiter", "mutants", "README.md"), written: withGuilty },
  ];
  for (const { path, written } of pages) {
    const text = written(await readFile(path, "utf8"), outcomes);
    if (text === null) throw new Refusal(`${path} has no place for the numbers: put their two marks back.`);
    await writeFile(path, text);
    console.error(`written to ${path}`);
  }
}
