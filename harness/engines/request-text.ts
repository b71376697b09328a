import { refundCode } from "../history/requests.ts";
import { authorityOf } from "./authority-of.ts";
import type { Endpoint, EngineContext } from "./engine.ts";

/** The request of `row` to a replica as it goes over the wire: latin1. */
export type RequestText = (row: number) => string;

/**
 * `GET` with the subject's wire key, what else its requests carry, `x-cost` if it is not 1, and `x-refund` if it asks for one. The keys are trusted to fit into a header
 * (`requireWireKeys`). Control requests ask the gateway's health instead.
 */
export function requestText(context: EngineContext, endpoint: Endpoint): RequestText {
  const { requests, wireKeys, fields = [], keyHeader = "x-client-id", controlSubject = -1 } = context;
  const head = `GET ${endpoint.path ?? "/"} HTTP/1.1\r\nhost: ${authorityOf(endpoint)}\r\n${keyHeader}: `;
  const control = `GET /healthz HTTP/1.1\r\nhost: ${authorityOf(endpoint)}\r\n\r\n`;
  return (row) => {
    if (requests.subject[row] === controlSubject) return control;
    const subject = requests.subject[row] ?? 0;
    const own = `${head}${wireKeys[subject] ?? ""}\r\n${fields[subject] ?? ""}`;
    const cost = requests.cost[row] ?? 1;
    const charged = cost === 1 ? own : `${own}x-cost: ${cost}\r\n`;
    return requests.refund[row] === refundCode.none ? `${charged}\r\n` : `${charged}x-refund: 1\r\n\r\n`;
  };
}
