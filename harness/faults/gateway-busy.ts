import { askGateway } from "./ask-gateway.ts";
import type { Fault } from "./fault.ts";
import { gatewayFault, seeGateways } from "./gateway-fault.ts";
import { type Asked, seeStalls, usualAnswers } from "./see-stalls.ts";

/** How long, and how often. */
export interface GatewayBusyOptions {
  /** How long the event loop is blocked at a time; under 5 ms nobody can tell. */
  readonly blockMs: number;
  /** From the beginning of one block to that of the next. */
  readonly everyMs: number;
}

/** The event loop of gateways that run Node is blocked again and again, as by a long computation. */
export function gatewayBusy({ blockMs, everyMs }: GatewayBusyOptions): Fault {
  if (!(blockMs >= 0 && everyMs >= 0))
    throw new RangeError(`gateway-busy of ${blockMs} ms every ${everyMs} ms`);
  return gatewayFault({
    name: "gateway-busy",
    legend: `gateways are busy for ${blockMs} ms every ${everyMs} ms`,
    needs: ["node-gateways"],
    async breakGateways({ aimed, steering, undo }) {
      const block = steering?.block ?? null;
      if (block === null) throw new Error("gateway-busy needs gateways of Node that were started for it");
      const asked: readonly Asked[] = aimed.map(({ replica, endpoint }) => ({
        replica,
        ask: (withinMs) => askGateway(endpoint, withinMs),
      }));
      const before = await usualAnswers(asked);
      for (const { replica } of aimed) undo.defer(() => block(replica, 0, 0));
      await Promise.all(aimed.map(({ replica }) => block(replica, blockMs, everyMs)));
      return {
        verify: () => seeStalls({ question: "/healthz", stallMs: blockMs, everyMs }, asked, before),
        verifyHealed: () => seeGateways(aimed),
      };
    },
  });
}
