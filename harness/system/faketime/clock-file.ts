import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "../gateway-steering.ts";
import { groupOf } from "../process-identity.ts";
import type { Faketime } from "./find-faketime.ts";

/** The clock of programs that run under libfaketime: a file says how far it is ahead. */
export interface ClockFile {
  /** How a program is to be started under it; its guardian keeps the machine's clock. */
  under<Started extends Pick<Program, "command" | "args">>(program: Started): Started;
  /** In milliseconds, negative for behind; seen by the program at its next look at the clock. */
  set(aheadMs: number): void;
}

/** A clock that can be set, kept in `folder`; it begins with the machine's own time. Only the wall clock is faked. */
export function clockFile({ preload }: Faketime, folder: string, name = "clock"): ClockFile {
  const file = join(folder, name);
  const set = (aheadMs: number) => {
    writeFileSync(`${file}.next`, `${aheadMs < 0 ? "" : "+"}${(aheadMs / 1_000).toFixed(6)}\n`);
    renameSync(`${file}.next`, file);
  };
  set(0);
  const variables = [
    `LD_PRELOAD=${preload}`,
    `FAKETIME_TIMESTAMP_FILE=${file}`,
    "FAKETIME_NO_CACHE=1",
    "FAKETIME_DONT_FAKE_MONOTONIC=1",
  ];
  return {
    under: (program) => ({
      ...program,
      command: "env",
      args: [...variables, program.command, ...program.args],
    }),
    set,
  };
}

const sharedFolder = "/dev/shm";

/**
 * Removes the shared memory by which libfaketime lets programs start others under the same clock: of those that were
 * killed, and of `pid`, which will start no others.
 */
export function forgetShared(pid?: number): void {
  try {
    for (const file of readdirSync(sharedFolder)) {
      const owner = Number(/^(?:sem\.faketime_sem|faketime_shm)_(\d+)$/.exec(file)?.[1]);
      if (owner === pid || (owner > 0 && groupOf(owner) === undefined)) rmSync(join(sharedFolder, file));
    }
  } catch {
    // No such folder on this system, or another user's file.
  }
}
