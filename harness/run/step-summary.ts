import { appendFile } from "node:fs/promises";

/**
 * Adds `markdown` to the step's summary, which GitHub Actions names in `GITHUB_STEP_SUMMARY`; without that it does
 * nothing. Where it cannot be written one sentence says so: what was judged stays judged.
 */
export async function addStepSummary(markdown: string | Uint8Array): Promise<void> {
  const path = process.env.GITHUB_STEP_SUMMARY;
  if (path === undefined || path === "") return;
  await appendFile(path, markdown).catch((error: NodeJS.ErrnoException) => {
    console.error(`The step's summary ${path} cannot be written (${error.code}): it is left out.`);
  });
}
