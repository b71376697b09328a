import { faketimeSteering } from "../faults/faketime-steering.ts";
import type { FaultNeed } from "../faults/fault.ts";
import { nodeSteering } from "../faults/gateway-preload/node-steering.ts";
import { unmetNeed } from "../faults/needs.ts";
import type { PlannedFault } from "../faults/planned-fault.ts";
import { provisionsFor } from "../faults/provisions.ts";
import { Refusal } from "../refusal.ts";
import { type Faketime, findFaketime } from "../system/faketime/find-faketime.ts";
import type { GatewaySteering } from "../system/gateway-steering.ts";
import type { RedisServer } from "../system/redis-server.ts";
import type { RedisWays } from "../system/redis-ways.ts";
import type { Target } from "../targets/target.ts";

/** What the faults of a run need of it besides proxies. Disposing leaves nothing of it behind. */
export interface Stage extends AsyncDisposable {
  /** Redis is to be started with it. */
  readonly redisFaketime: Faketime | null;
  /** The gateways are to be started with it. */
  readonly steering: GatewaySteering | null;
  /** Throws a `Refusal` that names what the first of the faults lacks. */
  readonly requireNeeds: (ground: Ground) => void;
}

/** What a run has for its faults. */
interface Ground {
  readonly target: Pick<Target, "gives">;
  readonly redis: RedisServer | null;
  readonly ways: RedisWays | null;
}

/** Provides what the faults of `plan` act through; what this machine does not have is refused by `requireNeeds`. */
export async function stageFor(
  plan: readonly PlannedFault[],
  onProgress: (message: string) => void,
): Promise<Stage> {
  const faults = plan.map(({ fault }) => fault);
  const { redisClock, steering } = provisionsFor(faults);
  const found = redisClock || steering === "faketime" ? await findFaketime({ onProgress }) : null;
  const faketime = found !== null && "preload" in found ? found : null;
  const own =
    steering === "node"
      ? nodeSteering()
      : faketime === null || steering === null
        ? null
        : faketimeSteering(faketime);
  return {
    redisFaketime: redisClock ? faketime : null,
    steering: own,
    requireNeeds({ target, redis, ways }) {
      const available = new Set<FaultNeed>(target.gives);
      if (ways !== null) available.add("proxies");
      if (ways?.knowsRedisToxics === true) available.add("redis-toxics");
      if (redis !== null) available.add("redis");
      if (redis?.controls != null) available.add("own-redis");
      if (faketime !== null) available.add("faketime");
      for (const fault of faults) {
        const lack = unmetNeed(fault, available, { isInDocker: redis?.container !== undefined });
        if (lack === null) continue;
        throw new Refusal(
          found !== null && "reason" in found ? `${lack.replace(/\.$/, "")} (${found.reason}).` : lack,
        );
      }
    },
    async [Symbol.asyncDispose]() {
      await own?.[Symbol.asyncDispose]();
    },
  };
}
