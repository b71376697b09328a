import { rmSync } from "node:fs";
import { connectToxiproxy } from "../toxiproxy/control.ts";
import { type LeasedProxy, readLeases } from "./lease.ts";
import { type Leftover, removeLeftovers } from "./leftovers.ts";
import { hasSameStart, pidSpace } from "./process-identity.ts";

/** Long for one that answers, short for whoever waits. */
const deadlineMs = 1_000;

/**
 * Removes what dead harnesses left, at Toxiproxies of others too: deletes the proxies that they made there, and heals
 * those that they used, of nothing but what was theirs. A Toxiproxy that does not answer took its proxies along. One that
 * a living harness uses is left to that.
 */
export async function healLeftProxies(): Promise<Leftover[]> {
  const removed = removeLeftovers();
  const leases = readLeases().flatMap(({ file, lease }) => (lease === undefined ? [] : [{ file, lease }]));
  const here = leases.filter(({ lease }) => lease.pidSpace === pidSpace());
  const living = here.filter(({ lease }) => hasSameStart(lease.owner));
  const inUse = living.flatMap(({ lease }) => lease.proxies).map(placeOf);
  for (const { file, lease } of here) {
    if (living.some((other) => other.file === file)) continue;
    const left = lease.proxies.filter((proxy) => !inUse.includes(placeOf(proxy)));
    for (const proxy of left)
      if (await isHealed(proxy)) removed.push({ kind: "proxy", what: `${proxy.name} at ${proxy.url}` });
    rmSync(file, { force: true });
  }
  return removed;
}

function placeOf({ url, name }: LeasedProxy): string {
  return `${url} ${name}`;
}

/** False if there was nothing to heal, or nobody who could. */
async function isHealed({ url, name, kind }: LeasedProxy): Promise<boolean> {
  try {
    const control = await connectToxiproxy(url, { deadlineMs });
    return await (kind === "made" ? control.removeProxy(name) : control.healProxy(name));
  } catch {
    return false;
  }
}
