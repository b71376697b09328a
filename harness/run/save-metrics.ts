import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Scrape } from "../history/history.ts";

/** Writes what each gateway said of itself at the end, as it was read, to `metrics/gateway-<replica>.prom`. */
export async function saveMetrics(scrapes: readonly Scrape[], runFolder: string): Promise<void> {
  const last = new Map<number, string>();
  for (const { replica, text } of scrapes) last.set(replica, text);
  if (last.size === 0) return;
  const folder = join(runFolder, "metrics");
  await mkdir(folder, { recursive: true });
  for (const [replica, text] of last) await writeFile(join(folder, `gateway-${replica}.prom`), text);
}
