import type { Endpoint } from "../engines/engine.ts";
import type { GatewaySteering } from "../system/gateway-steering.ts";
import type { ReplicaControls } from "../system/replica.ts";
import { askGateway } from "./ask-gateway.ts";
import { eventually } from "./eventually.ts";
import type { Fault } from "./fault.ts";
import type { FaultSite } from "./fault-site.ts";
import { inForce, type Looks } from "./in-force.ts";
import type { ProbeAnswer } from "./redis-probe.ts";
import { replicaWords, tookWords } from "./seen-words.ts";

/** One way in which gateway processes break. They keep nothing that counts: no state of Redis is lost. */
export interface GatewayFault extends Pick<Fault, "name" | "legend" | "needs"> {
  /** Breaks them; what `undo` was told until then is undone if it rejects. */
  readonly breakGateways: (ground: GatewayGround) => Promise<Looks>;
}

/** What such a fault works with. */
export interface GatewayGround {
  readonly site: FaultSite;
  readonly aimed: readonly AimedGateway[];
  /** What acts on them from inside, if they were started with it. */
  readonly steering: GatewaySteering | null;
  /** Gets what heals it, step by step. */
  readonly undo: AsyncDisposableStack;
}

/** One gateway at which a fault aims. */
export interface AimedGateway {
  readonly replica: number;
  readonly endpoint: Endpoint;
  readonly controls: ReplicaControls;
}

/** A fault of gateway processes that are ours. */
export function gatewayFault({ name, legend, needs, breakGateways }: GatewayFault): Fault {
  return {
    name,
    legend,
    losesState: "none",
    needs,
    async inject(site) {
      const aimed = aimedAt(name, site);
      await using undo = new AsyncDisposableStack();
      const steering = site.gateways?.steering ?? null;
      const looks = await breakGateways({ site, aimed, steering, undo });
      return inForce({ name, site, undo: undo.move(), ...looks });
    },
  };
}

function aimedAt(name: string, { gateways, replicas }: FaultSite): readonly AimedGateway[] {
  return replicas.map((replica) => {
    const endpoint = gateways?.endpoints[replica];
    const controls = gateways?.controls[replica];
    if (endpoint === undefined || controls === undefined)
      throw new Error(`${name} aims at gateway ${replica}, which is not ours or does not run yet`);
    return { replica, endpoint, controls };
  });
}

/** Asks every gateway for its health at once; any answer counts. */
export function askGateways(aimed: readonly AimedGateway[], withinMs = 2_000): Promise<ProbeAnswer[]> {
  return Promise.all(aimed.map(({ endpoint }) => askGateway(endpoint, withinMs)));
}

/** True if every one of them answered. */
export function allAnswer(answers: readonly ProbeAnswer[]): boolean {
  return answers.length > 0 && answers.every(({ kind }) => kind === "answered");
}

/** Waits a while until every gateway answers, and says so; `null` if one does not. */
export function seeGateways(aimed: readonly AimedGateway[]): Promise<string | null> {
  return eventually(async () => {
    const answers = await askGateways(aimed);
    return allAnswer(answers) ? `/healthz took ${tookWords(answers)} on ${replicaWords(aimed)}` : null;
  });
}
