import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Refusal } from "../../refusal.ts";
import { startGuarded } from "../guarded-process.ts";

const deadlineMs = 300_000;

/** What to fetch. */
export interface Wanted {
  /** As people call it. */
  readonly what: string;
  /** Names of packages: the first that there is. */
  readonly anyOf: readonly string[];
}

const redis: Wanted = { what: "Redis", anyOf: ["redis-server", "valkey-server"] };

/**
 * Downloads what is wanted (by default redis-server, else valkey-server) with the libraries that are absent here, and
 * unpacks all of it into `folder`. apt-get works on state of its own below `folder`, which is removed; it verifies
 * signatures and hashes by the system's own lists of sources and keys. A `Refusal` if the archive cannot be reached or
 * has none of it.
 */
export async function fetchPackages(
  folder: string,
  onProgress: (message: string) => void,
  { what, anyOf }: Wanted = redis,
): Promise<void> {
  const state = join(folder, "apt");
  await writeState(state);
  const progress = (step: string) =>
    onProgress(`fetching ${what} once from the operating system's package archive: ${step}`);
  progress("reading its index");
  // Its exit code also tells of foreign archives that the system lists: what counts is whether an index came.
  await aptGet(state, ["update"]);
  if (!(await readdir(join(state, "lists"))).some((file) => file.includes("_Packages"))) {
    throw new Refusal(`it cannot be reached: ${await complaint(state)}`);
  }
  progress("downloading");
  if (!(await downloadsAny(state, anyOf))) {
    throw new Refusal(`it gives no ${anyOf.join(" or ")}: ${await complaint(state)}`);
  }
  progress("unpacking");
  await unpackAll(join(state, "cache/archives"), folder, state);
  await rm(state, { recursive: true, force: true });
}

/**
 * Private state and cache; hooks of the system's configuration (some empty the system's cache) are cleared, and no
 * second user is needed to download.
 */
async function writeState(state: string): Promise<void> {
  await mkdir(join(state, "lists/partial"), { recursive: true });
  await mkdir(join(state, "cache/archives/partial"), { recursive: true });
  await writeFile(join(state, "status"), "");
  await writeFile(
    join(state, "apt.conf"),
    `#clear APT::Update;
#clear DPkg;
Dir::State "${state}";
Dir::State::status "${state}/status";
Dir::State::lists "${state}/lists";
Dir::Cache "${state}/cache";
Dir::Log "${state}/log";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
`,
  );
}

/** Should the system's own packages be in disorder, apt-get refuses: then it is told that there are none. */
async function downloadsAny(state: string, anyOf: readonly string[]): Promise<boolean> {
  for (const installed of [await installedWithout(anyOf), ""]) {
    await writeFile(join(state, "status"), installed);
    for (const name of anyOf) {
      if (await aptGet(state, ["--yes", "--download-only", "install", name])) return true;
    }
  }
  return false;
}

/** What the system says is installed; what it has of the wanted is struck out, so that all of it comes along. */
async function installedWithout(anyOf: readonly string[]): Promise<string> {
  const kin = anyOf.map((name) => name.replace(/-server$/, ""));
  const installed = await readFile("/var/lib/dpkg/status", "utf8").catch(() => "");
  const entries = installed.split("\n\n");
  const isWanted = new RegExp(`^Package: (${kin.join("|")})`, "m");
  return entries.filter((entry) => !isWanted.test(entry)).join("\n\n");
}

/** A C library of another version than the loader of this system would not run: the one here is used. */
async function unpackAll(archives: string, folder: string, state: string): Promise<void> {
  const packages = (await readdir(archives)).filter(
    (file) => file.endsWith(".deb") && !/^libc(6|-bin)_/.test(file),
  );
  for (const file of packages) {
    if (!(await run(state, "dpkg-deb", ["-x", join(archives, file), folder]))) {
      throw new Refusal(`the package ${file} cannot be unpacked: ${await complaint(state)}`);
    }
  }
}

function aptGet(state: string, args: readonly string[]): Promise<boolean> {
  return run(state, "apt-get", ["-c", join(state, "apt.conf"), "-q", ...args]);
}

/** True if it ended well within `deadlineMs`. */
async function run(state: string, command: string, args: readonly string[]): Promise<boolean> {
  const env = { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
  await using child = await startGuarded({ name: command, command, args, env, logFile: logOf(state) });
  const late = setTimeout(() => child.stop(), deadlineMs);
  const { code } = await child.exited;
  clearTimeout(late);
  return code === 0;
}

async function complaint(state: string): Promise<string> {
  const lines = (await readFile(logOf(state), "utf8")).split("\n").filter((line) => line !== "");
  const error = ["E:", "dpkg-deb:", "W:", "Err:"]
    .map((mark) => lines.find((line) => line.startsWith(mark)))
    .find((line) => line !== undefined);
  return (error ?? lines.at(-1) ?? "it said nothing").replace(/^[A-Z]: /, "").trim();
}

function logOf(state: string): string {
  return join(state, "fetch.log");
}
