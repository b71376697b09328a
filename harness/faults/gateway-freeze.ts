import type { Fault } from "./fault.ts";
import { allAnswer, askGateways, gatewayFault, seeGateways } from "./gateway-fault.ts";
import { replicaWords, tookWords } from "./seen-words.ts";

/** Connections to it are still accepted: it is silence that shows it, for so long. */
const silentMs = 300;

/** Gateways stand still (SIGSTOP) with their connections open; healed, they go on as if nothing had been. */
export function gatewayFreeze(): Fault {
  return gatewayFault({
    name: "gateway-freeze",
    legend: "gateways stand still",
    needs: ["own-gateways"],
    async breakGateways({ aimed, undo }) {
      const before = await askGateways(aimed);
      for (const { controls } of aimed) undo.defer(controls.thaw);
      await Promise.all(aimed.map(({ controls }) => controls.freeze()));
      return {
        async verify() {
          const now = await askGateways(aimed, silentMs);
          if (!allAnswer(before) || now.some(({ kind }) => kind !== "silent")) return null;
          return `/healthz was not answered within ${silentMs} ms on ${replicaWords(aimed)} (before: ${tookWords(before)})`;
        },
        verifyHealed: () => seeGateways(aimed),
      };
    },
  });
}
