import type { ChildProcess } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";

/** The processes below `run`, as soon as there are at least `least` of them (Linux). */
export async function descendantsOnce(run: ChildProcess, least: number): Promise<number[]> {
  for (;;) {
    const found = await descendants(run.pid ?? 0);
    if (found.length >= least) return found;
    if (run.exitCode !== null)
      throw new Error(`the run ended with ${run.exitCode} before it could be interrupted`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The processes below the one called `pid` (Linux). */
export async function descendants(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (parent > 0) parents.set(Number(name), parent);
  }
  const below = (candidate: number): boolean => {
    const parent = parents.get(candidate);
    return parent !== undefined && (parent === pid || below(parent));
  };
  return [...parents.keys()].filter(below);
}

/** Waits until there is no such process, but for one that nobody has asked after. */
export async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    if (stat === "" || stat.includes(") Z ")) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
