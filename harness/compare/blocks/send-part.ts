import { startLoadThread } from "../../engines/load-thread.ts";
import { wireKey } from "../../engines/wire-keys.ts";
import { controlKey } from "../../history/control-key.ts";
import { allocateRequests, type Requests } from "../../history/requests.ts";
import { compileSchedule, fillRequests } from "../../load/schedule.ts";
import { sendPhases } from "../../run/send-phases.ts";
import type { BlockPart } from "./block-load.ts";
import type { BlockSite } from "./block-site.ts";

/** Sends one part of a block to one gateway; the same seed sends the same. */
export async function sendPart(
  { endpoint, runId }: BlockSite,
  part: BlockPart,
  seed: number,
  signal: AbortSignal,
): Promise<Requests> {
  const schedule = compileSchedule(part, { seed, replicas: 1 });
  const requests = allocateRequests(schedule.count);
  fillRequests(requests, schedule);
  await using thread = await startLoadThread({
    requests,
    endpoints: [endpoint],
    wireKeys: schedule.subjects.map((subject) => wireKey(`${runId}:${subject}`)),
    policyNames: [],
    controlSubject: schedule.subjects.indexOf(controlKey),
  });
  const silent = { onPhase: () => {}, onLive: () => {}, clock: [] };
  await sendPhases({ replicas: 1, phases: part, schedule, requests, thread, signal, ...silent });
  return requests;
}
