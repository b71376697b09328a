import type { Endpoint } from "../../engines/engine.ts";
import { type LoadThread, startLoadThread } from "../../engines/load-thread.ts";
import { monotonicMs } from "../../history/monotonic-clock.ts";
import { allocateRequests, outcomeCode, type Requests } from "../../history/requests.ts";

/** How one volley at a constant rate went. */
export interface VolleyQuality {
  readonly cpuPerRequestUs: number;
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  /** The slot of 100 ms that was furthest off its schedule, as a share of it. */
  readonly worstSlotShare: number;
  /** Requests that were not answered with 200. */
  readonly failed: number;
}

/** A load thread that sends at constant rates, again and again over the same rows. */
export interface ConstantSender extends AsyncDisposable {
  readonly send: (ratePerSecond: number, durationMs: number) => Promise<VolleyQuality>;
}

const slotMs = 100;
const leadMs = 50;
const subjects = 1000;

/** Starts the thread, with room for `mostRequests` in one volley. */
export async function constantSender(
  endpoint: Endpoint,
  mostRequests: number,
  connections: number,
): Promise<ConstantSender> {
  const requests = allocateRequests(mostRequests);
  requests.cost.fill(1);
  for (let row = 0; row < mostRequests; row++) requests.subject[row] = row % subjects;
  const thread = await startLoadThread({
    requests,
    endpoints: [endpoint],
    wireKeys: Array.from({ length: subjects }, (_, i) => `bench:${i}`),
    policyNames: ["burst"],
  });
  return {
    send: (ratePerSecond, durationMs) => volley(thread, requests, { ratePerSecond, durationMs, connections }),
    [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose](),
  };
}

interface Constant {
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly connections: number;
}

async function volley(thread: LoadThread, requests: Requests, constant: Constant): Promise<VolleyQuality> {
  const { ratePerSecond, durationMs, connections } = constant;
  const count = Math.floor((ratePerSecond * durationMs) / 1000);
  const startMs = monotonicMs() + leadMs;
  for (let row = 0; row < count; row++) requests.intendedMs[row] = startMs + (row * 1000) / ratePerSecond;
  requests.outcome.fill(outcomeCode.blank);
  const { cpuMs } = await thread.send(
    "open",
    {
      fromRow: 0,
      untilRow: count,
      phase: 0,
      connections,
      stopSendingMs: Number.POSITIVE_INFINITY,
      drainMs: 2000,
    },
    new AbortController().signal,
  );
  const lagMs = new Float64Array(count);
  const slots = new Uint32Array(Math.floor(durationMs / slotMs));
  let failed = 0;
  for (let row = 0; row < count; row++) {
    const sentMs = requests.sentMs[row] ?? Number.NaN;
    lagMs[row] = sentMs - (requests.intendedMs[row] ?? Number.NaN);
    const slot = Math.floor((sentMs - startMs) / slotMs);
    slots[slot] = (slots[slot] ?? 0) + 1;
    if (requests.outcome[row] !== outcomeCode.allowed) failed++;
  }
  lagMs.sort();
  const perSlot = (ratePerSecond * slotMs) / 1000;
  return {
    cpuPerRequestUs: (cpuMs * 1000) / count,
    lagP50Ms: lagMs[Math.floor(count * 0.5)] ?? Number.NaN,
    lagP99Ms: lagMs[Math.floor(count * 0.99)] ?? Number.NaN,
    worstSlotShare: Math.max(...Array.from(slots, (sent) => Math.abs(sent / perSlot - 1))),
    failed,
  };
}
