import { type ClockFile, clockFile, forgetShared } from "../system/faketime/clock-file.ts";
import type { Faketime } from "../system/faketime/find-faketime.ts";
import type { GatewaySteering } from "../system/gateway-steering.ts";
import { leasedFolder } from "../system/leased-folder.ts";
import { askGateway } from "./ask-gateway.ts";
import { aheadBounds } from "./clock-bounds.ts";

/**
 * Steers the wall clock of gateways, whatever they run, by libfaketime. What they take for the time is read from the
 * `Date` header of their answers: whole seconds, so jumps of less than about three are not seen.
 */
export function faketimeSteering(faketime: Faketime): GatewaySteering {
  const folder = leasedFolder("clocks");
  const clocks = new Map<number, ClockFile>();
  const clockOf = (replica: number): ClockFile => {
    const clock = clocks.get(replica) ?? clockFile(faketime, folder.path, String(replica));
    clocks.set(replica, clock);
    return clock;
  };
  return {
    steered: (replica, program) => clockOf(replica).under(program),
    async setClock(replica, aheadMs) {
      clockOf(replica).set(aheadMs);
    },
    async clockAhead(_, endpoint) {
      const beforeMs = Date.now();
      const answer = await askGateway(endpoint, 2_000);
      const shownMs = answer.kind === "answered" ? Date.parse(answer.reply) : Number.NaN;
      if (Number.isNaN(shownMs)) return null;
      const { atLeastMs, atMostMs } = aheadBounds(shownMs, beforeMs, Date.now());
      // A second is cut off, and many servers write the header anew only once a second.
      return { atLeastMs, atMostMs: atMostMs + 2_000 };
    },
    block: null,
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      forgetShared();
    },
  };
}
