import type { ControlledProxy } from "../toxiproxy/control.ts";
import { type LeaseEntry, leaseProxy } from "./lease.ts";

/**
 * Proxies of a run at a Toxiproxy of others, as the run makes or takes them. Disposing gives all of them back, once, and
 * rejects if one of others could not be healed.
 */
export interface GuestProxies extends AsyncDisposable {
  /** Makes one that is to be deleted. */
  readonly made: (name: string, make: () => Promise<ControlledProxy>) => Promise<ControlledProxy>;
  /** Takes one of others, that is to be healed. */
  readonly used: (name: string, take: () => Promise<ControlledProxy>) => Promise<ControlledProxy>;
}

/** One of them, as it comes. */
interface Guest {
  readonly proxy: ControlledProxy;
  readonly lease: LeaseEntry;
  readonly isOurs: boolean;
}

/**
 * Each is on the lease from before it is made, or broken, until it was given back, so that the next harness does that
 * where this one is killed. One that is under way while they are disposed of is waited for, and none is begun after.
 */
export function guestProxies(url: string): GuestProxies {
  const guests: Promise<Guest>[] = [];
  let leaving: Promise<void> | undefined;
  const come = async (name: string, begin: () => Promise<Guest>): Promise<ControlledProxy> => {
    if (leaving !== undefined) throw new Error(`the proxy ${name} comes too late: the run is over`);
    const coming = begin();
    guests.push(coming);
    return (await coming).proxy;
  };
  return {
    made: (name, make) =>
      come(name, async () => {
        // Where its making is never confirmed, it stays on the lease: it may have been made all the same.
        const lease = leaseProxy({ url, name, kind: "made" });
        return { proxy: await make(), lease, isOurs: true };
      }),
    used: (name, take) =>
      come(name, async () => {
        const proxy = await take();
        return { proxy, lease: leaseProxy({ url, name, kind: "used" }), isOurs: false };
      }),
    [Symbol.asyncDispose]() {
      leaving ??= leave(guests);
      return leaving;
    },
  };
}

async function leave(guests: readonly Promise<Guest>[]): Promise<void> {
  const come = (await Promise.allSettled(guests)).flatMap((each) =>
    each.status === "fulfilled" ? [each.value] : [],
  );
  for (const left of await Promise.allSettled(come.map(giveBack)))
    if (left.status === "rejected") throw left.reason;
}

/** One that hangs keeps its proxies, which stay on the lease; one that has gone took them along. */
async function giveBack({ proxy, lease, isOurs }: Guest): Promise<void> {
  try {
    await proxy[Symbol.asyncDispose]();
    lease.release();
  } catch (error) {
    if (!isOurs) throw error;
  }
}
