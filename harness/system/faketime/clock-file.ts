import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Faketime } from "./find-faketime.ts";

/** The clock of programs that run under libfaketime: a file says how far it is ahead. */
export interface ClockFile {
  /** What such a program must find in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** In milliseconds, negative for behind; seen by the program at its next look at the clock. */
  set(aheadMs: number): void;
}

/** A clock that can be set, kept in `folder`; it begins with the machine's own time. Only the wall clock is faked. */
export function clockFile({ preload }: Faketime, folder: string, name = "clock"): ClockFile {
  const file = join(folder, name);
  const set = (aheadMs: number) => {
    const seconds = (aheadMs / 1_000).toFixed(6);
    writeFileSync(`${file}.next`, `${aheadMs < 0 ? "" : "+"}${seconds}\n`);
    renameSync(`${file}.next`, file);
  };
  set(0);
  return {
    environment: {
      LD_PRELOAD: preload,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
    set,
  };
}

/**
 * Removes the shared memory by which libfaketime of process `pid` would speak to others, which it leaves when it is
 * killed. Once the program is up it is no longer needed, unless it starts others.
 */
export function forgetShared(pid: number): void {
  const folder = "/dev/shm";
  const ends = [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`];
  try {
    for (const file of readdirSync(folder))
      if (ends.includes(file)) rmSync(join(folder, file), { force: true });
  } catch {
    // No such folder on this system, or another user's file.
  }
}
