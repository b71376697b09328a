import type { ServerResponse } from "node:http";
import type { Charge } from "./charge.ts";

/**
 * Gives `charge` back once `raw` has been written completely, if `isRefunded` then says so. A response that was cut
 * never says: what a client breaks off is charged.
 */
export function refundAfter(raw: ServerResponse, charge: Charge, isRefunded: () => boolean): void {
  raw.once("finish", async () => {
    try {
      if (isRefunded() === true) await charge.settle(0);
    } catch (error) {
      // Nobody waits for this any more, and one request must not end the process.
      process.emitWarning(error instanceof Error ? error : String(error), { code: "ERR_REFUND_WHEN" });
    }
  });
}
