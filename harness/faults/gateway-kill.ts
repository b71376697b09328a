import type { Fault } from "./fault.ts";
import { allAnswer, askGateways, gatewayFault, seeGateways } from "./gateway-fault.ts";
import { kindWords, replicaWords, tookWords } from "./seen-words.ts";

/** Gateways are killed (SIGKILL) and stay away; healing starts them again on the same port, with no memory. */
export function gatewayKill(): Fault {
  return gatewayFault({
    name: "gateway-kill",
    legend: "gateways are killed",
    needs: ["own-gateways"],
    async breakGateways({ aimed, undo }) {
      const before = await askGateways(aimed);
      const pids = aimed.map(({ controls: { pid } }) => pid);
      undo.defer(async () => void (await Promise.all(aimed.map(({ controls }) => controls.start()))));
      await Promise.all(aimed.map(({ controls }) => controls.kill()));
      return {
        async verify() {
          const now = await askGateways(aimed);
          if (!allAnswer(before) || now.some(({ kind }) => kind !== "refused" && kind !== "reset"))
            return null;
          return `/healthz was ${kindWords(now)} on ${replicaWords(aimed)} (before: ${tookWords(before)})`;
        },
        async verifyHealed() {
          const seen = await seeGateways(aimed);
          const others = aimed.map(({ controls: { pid } }) => pid);
          const isOther = others.every((pid, index) => pid !== null && pid !== pids[index]);
          return seen !== null && isOther ? `${seen}, in another process` : null;
        },
      };
    },
  });
}
