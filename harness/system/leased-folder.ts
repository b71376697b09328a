import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leaseFolder } from "./lease.ts";

/** A temporary folder that goes with whoever made it. Disposing removes it, twice without harm. */
export interface LeasedFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes `gatecrash-<purpose>-...`, on the lease from the moment it is there: the next harness removes what is left. */
export function leasedFolder(purpose: string): LeasedFolder {
  const path = mkdtempSync(join(tmpdir(), `gatecrash-${purpose}-`));
  const lease = leaseFolder(path);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
      lease.release();
    },
  };
}
