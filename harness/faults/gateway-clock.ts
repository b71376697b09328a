import type { Bounds } from "../system/gateway-steering.ts";
import { aheadWords, hasJumped, isBack, jumpWords } from "./clock-bounds.ts";
import { eventually } from "./eventually.ts";
import type { Fault } from "./fault.ts";
import { type GatewayGround, gatewayFault } from "./gateway-fault.ts";
import { replicaWords } from "./seen-words.ts";

/** How far, and by what means. */
export interface GatewayClockOptions {
  /** Negative: back. */
  readonly jumpMs: number;
  /** `node`: `Date` of gateways that run Node. `faketime`: whatever they run, by libfaketime. @default "node" */
  readonly by?: "node" | "faketime";
}

/** The wall clock of gateways jumps, and back when it is healed. Clocks that only count on are left as they are. */
export function gatewayClock({ jumpMs, by = "node" }: GatewayClockOptions): Fault {
  if (!Number.isFinite(jumpMs)) throw new RangeError(`jumpMs of gateway-clock is ${jumpMs}`);
  return gatewayFault({
    name: "gateway-clock",
    legend: `the clock of gateways jumps ${jumpWords(jumpMs)}`,
    needs: by === "node" ? ["node-gateways"] : ["own-gateways", "faketime"],
    async breakGateways(ground) {
      const { aimed, steering, undo } = ground;
      if (steering === null) throw new Error("gateway-clock needs gateways that were started for it");
      const before = await clocksOf(ground);
      if (before === null) throw new Error("a gateway does not tell the time");
      for (const { replica } of aimed) undo.defer(() => steering.setClock(replica, 0));
      await Promise.all(aimed.map(({ replica }) => steering.setClock(replica, jumpMs)));
      const hasMoved = (each: Bounds, now: Bounds) => hasJumped(each, now, jumpMs);
      return {
        verify: () => seeClocks(ground, before, hasMoved),
        verifyHealed: () => seeClocks(ground, before, isBack),
      };
    },
  });
}

function seeClocks(
  ground: GatewayGround,
  before: readonly Bounds[],
  isRight: (before: Bounds, now: Bounds) => boolean,
): Promise<string | null> {
  return eventually(async () => {
    const now = await clocksOf(ground);
    const pairs = before.map((each, index) => [each, now?.[index]] as const);
    if (now === null || !pairs.every(([was, is]) => is !== undefined && isRight(was, is))) return null;
    return `the gateway's clock is ahead of the machine's by ${aheadWords(now)} on ${replicaWords(ground.aimed)} (before: ${aheadWords(before)})`;
  }, 2_000);
}

/** How far each is ahead; `null` if one does not tell. */
async function clocksOf({ aimed, steering }: GatewayGround): Promise<readonly Bounds[] | null> {
  const clocks = await Promise.all(
    aimed.map(({ replica, endpoint }) => steering?.clockAhead(replica, endpoint) ?? null),
  );
  const told = clocks.filter((clock) => clock !== null);
  return told.length === aimed.length && told.length > 0 ? told : null;
}
