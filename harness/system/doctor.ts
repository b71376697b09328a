import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { cacheFolder } from "./cache-folder.ts";
import { askDocker } from "./docker/ask-docker.ts";
import { healLeftProxies } from "./left-proxies.ts";
import { type ProvideRedisOptions, redisSources } from "./provide-redis.ts";
import { givenRedis } from "./redis/given-redis.ts";

/** One thing that the doctor looked at. */
export interface DoctorRow {
  readonly what: string;
  /** `used`: a run would take this one. `note`: works, but worth knowing. `bad`: no run without mending it. */
  readonly state: "ok" | "used" | "unused" | "note" | "bad";
  readonly detail: string;
}

/** What a run would be asked for. */
export type DoctorOptions = Pick<ProvideRedisOptions, "url" | "system">;

/** Looks at what a run needs and says what it would use and why; removes what dead harnesses left. Never throws. */
export async function doctor({ url, system }: DoctorOptions): Promise<DoctorRow[]> {
  const redis = url === undefined ? redisRows(system) : givenRow(url);
  const rows = await Promise.all([redis, dockerRow()]);
  return [nodeRow(), cacheRow(), ...rows.flat(), ...(await leftoverRows()), processorRow(), clockRow()];
}

/** The rows as lines of text: state, what, detail. */
export function renderDoctor(rows: readonly DoctorRow[]): string {
  const width = Math.max(...rows.map(({ what }) => what.length));
  return rows
    .map(({ what, state, detail }) => `${state.padEnd(6)}  ${what.padEnd(width)}  ${detail}`)
    .join("\n");
}

function nodeRow(): DoctorRow {
  // The launcher lets no older one come so far.
  return { what: "Node", state: "ok", detail: `${process.version} (${process.execPath})` };
}

function cacheRow(): DoctorRow {
  try {
    return { what: "cache", state: "ok", detail: cacheFolder() };
  } catch (error) {
    return { what: "cache", state: "bad", detail: reasonOf(error) };
  }
}

async function givenRow(url: string): Promise<DoctorRow[]> {
  try {
    const { version, origin } = await givenRedis(url);
    return [{ what: "Redis", state: "used", detail: `${version}, ${origin}` }];
  } catch (error) {
    return [{ what: "Redis", state: "bad", detail: reasonOf(error) }];
  }
}

async function redisRows(system: DoctorOptions["system"]): Promise<DoctorRow[]> {
  const rows: DoctorRow[] = [];
  for (const source of redisSources(system)) {
    const what = `Redis: ${source.name}`;
    const isDecided = rows.some(({ state }) => state === "used");
    try {
      const found = await source.find();
      if (!found.found) rows.push({ what, state: "unused", detail: found.reason });
      else if (isDecided)
        rows.push({ what, state: "unused", detail: `not needed, but there: ${found.origin}` });
      else rows.push({ what, state: "used", detail: found.origin });
    } catch (error) {
      rows.push({ what, state: "bad", detail: reasonOf(error) });
    }
  }
  if (rows.some(({ state }) => state === "used")) return rows;
  return [...rows, { what: "Redis", state: "bad", detail: "none: give one with --redis redis://HOST:PORT" }];
}

async function dockerRow(): Promise<DoctorRow> {
  const docker = await askDocker();
  if (docker.answers) return { what: "Docker", state: "ok", detail: `${docker.version} at ${docker.url}` };
  return { what: "Docker", state: "unused", detail: docker.reason };
}

async function leftoverRows(): Promise<DoctorRow[]> {
  try {
    const found = await healLeftProxies();
    if (found.length === 0) return [{ what: "leftovers", state: "ok", detail: "none" }];
    return found.map(({ kind, what }) => ({
      what: "leftovers",
      state: "note",
      detail: `removed a ${kind}: ${what}`,
    }));
  } catch (error) {
    return [{ what: "leftovers", state: "bad", detail: reasonOf(error) }];
  }
}

function processorRow(): DoctorRow {
  const count = availableParallelism();
  const [busy = 0] = loadavg();
  const detail = `${count} × ${cpus()[0]?.model.trim() ?? "unknown"}, load ${busy.toFixed(1)} in the last minute`;
  return { what: "processors", state: count < 2 || busy > count ? "note" : "ok", detail };
}

/** Linux tells it; a slow source (not tsc, kvm-clock or arm's counter) makes every time stamp costly. */
function clockRow(): DoctorRow {
  const file = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
  if (!existsSync(file)) return { what: "clock source", state: "ok", detail: "not told by this system" };
  const source = readFileSync(file, "utf8").trim();
  const isFast = ["tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page"].includes(source);
  return {
    what: "clock source",
    state: isFast ? "ok" : "note",
    detail: isFast ? source : `${source}: slow to read`,
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
