import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import { cacheFolder } from "./cache-folder.ts";
import { identityOf, type ProcessIdentity, pidSpace } from "./process-identity.ts";

/** What one harness process owns, as its file in the cache's `leases` folder says it. */
export interface Lease {
  /** Where its pids mean something. */
  readonly pidSpace: string;
  readonly owner: ProcessIdentity;
  readonly processes: readonly LeasedGroup[];
  /** Temporary folders. */
  readonly folders: readonly string[];
  /** At Toxiproxies of others. */
  readonly proxies: readonly LeasedProxy[];
}

/** A proxy at a Toxiproxy that is not ours: one that we made there, or one of others that we break and heal. */
export interface LeasedProxy {
  /** Of the control API. */
  readonly url: string;
  readonly name: string;
  readonly kind: "made" | "used";
}

/** A process group of ours, and members by which it can be known again. */
export interface LeasedGroup {
  readonly name: string;
  readonly group: number;
  readonly identities: readonly ProcessIdentity[];
}

const identity: z.ZodType<ProcessIdentity> = z.object({
  pid: z.int().min(2),
  startedAt: z.string(),
  command: z.string(),
});

const leaseFile: z.ZodType<Lease, unknown> = z.object({
  pidSpace: z.string(),
  owner: identity,
  processes: z.array(z.object({ name: z.string(), group: z.int().min(2), identities: z.array(identity) })),
  folders: z.array(z.string()),
  proxies: z
    .array(z.object({ url: z.string(), name: z.string(), kind: z.enum(["made", "used"]) }))
    .default([]),
});

/** One thing on the lease; `release` takes it off once it is gone. */
export interface LeaseEntry {
  release(): void;
}

/** A group of processes on the lease. */
export interface ProcessEntry extends LeaseEntry {
  /** Reads again who they are: a program may have replaced itself or renamed its command line. */
  renew(): void;
}

const processes: Map<object, LeasedGroup> = new Map();
const folders: Set<string> = new Set();
const proxies: Set<LeasedProxy> = new Set();
let ownFile: string | null = null;

/** Puts a process group of ours on this harness's lease, known by the members in `pids`. */
export function leaseProcesses(name: string, group: number, pids: readonly number[]): ProcessEntry {
  const key = {};
  const renew = () => {
    processes.set(key, {
      name,
      group,
      identities: pids.map(identityOf).filter((seen) => seen !== undefined),
    });
    write();
  };
  renew();
  return {
    renew: () => {
      if (processes.has(key)) renew();
    },
    release: () => {
      if (processes.delete(key)) rewrite();
    },
  };
}

/** Puts a temporary folder on this harness's lease; its name must begin with `gatecrash-`. */
export function leaseFolder(folder: string): LeaseEntry {
  return entryIn(folders, folder);
}

/** Puts a proxy at a Toxiproxy of others on this harness's lease, before it is made or broken. */
export function leaseProxy(proxy: LeasedProxy): LeaseEntry {
  return entryIn(proxies, proxy);
}

function entryIn<T>(kept: Set<T>, thing: T): LeaseEntry {
  kept.add(thing);
  write();
  return {
    release: () => {
      if (kept.delete(thing)) rewrite();
    },
  };
}

/** The folder of all leases. */
export function leasesFolder(): string {
  return join(cacheFolder(), "leases");
}

/** A lease with its file; `undefined` if what it says is not a lease. */
export interface FoundLease {
  readonly file: string;
  readonly lease: Lease | undefined;
}

/** Every lease of the cache. */
export function readLeases(): FoundLease[] {
  const folder = leasesFolder();
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.map((name) => ({ file: join(folder, name), lease: readLease(join(folder, name)) }));
}

function readLease(file: string): Lease | undefined {
  try {
    return leaseFile.safeParse(JSON.parse(readFileSync(file, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** The file exists exactly as long as something is owned, and is never seen half written. */
function write(): void {
  if (processes.size === 0 && folders.size === 0 && proxies.size === 0) {
    if (ownFile !== null) rmSync(ownFile, { force: true });
    return;
  }
  const lease: Lease = {
    pidSpace: pidSpace(),
    // Its command line may hold a password, and pid and start are enough to know it again.
    owner: { ...myself(), command: "" },
    processes: [...processes.values()],
    folders: [...folders],
    proxies: [...proxies],
  };
  ownFile ??= newFile();
  const partial = `${ownFile}.partial`;
  try {
    mkdirSync(dirname(partial), { recursive: true });
    writeFileSync(partial, `${JSON.stringify(lease, null, 2)}\n`, { mode: 0o600 });
    renameSync(partial, ownFile);
  } catch (cause) {
    const folder = dirname(ownFile);
    throw new Refusal(
      `The folder ${folder} cannot be written: set GATECRASH_CACHE to another cache folder.`,
      { cause },
    );
  }
}

/** A lease that names too much does no harm: what is gone is not found again. */
function rewrite(): void {
  try {
    write();
  } catch {
    // The cache was taken away, or the disk is full.
  }
}

/**
 * Also as the harness exits in the middle of something: nothing can be awaited then, but much can be removed. Proxies of
 * others are left to the next harness.
 */
function abandon(): void {
  for (const { group } of processes.values()) {
    try {
      process.kill(-group, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  processes.clear();
  folders.clear();
  rewrite();
}

function newFile(): string {
  process.once("exit", abandon);
  return join(leasesFolder(), `${process.pid}-${Date.now().toString(36)}.json`);
}

function myself(): ProcessIdentity {
  const identity = identityOf(process.pid);
  if (identity === undefined) throw new Error("neither /proc nor ps tells who a process is");
  return identity;
}
