import { authorityOf } from "./authority-of.ts";
import type { Endpoint, EngineContext } from "./engine.ts";

/** The request of `row` to a replica as it goes over the wire: latin1. */
export type RequestText = (row: number) => string;

/**
 * `GET` with the subject's wire key and, if it is not 1, `x-cost`. The keys are trusted to fit into a header
 * (`requireWireKeys`). Control requests ask the gateway's health instead.
 */
export function requestText(context: EngineContext, endpoint: Endpoint): RequestText {
  const { requests, wireKeys, keyHeader = "x-client-id", controlSubject = -1 } = context;
  const head = `GET ${endpoint.path ?? "/"} HTTP/1.1\r\nhost: ${authorityOf(endpoint)}\r\n${keyHeader}: `;
  const control = `GET /healthz HTTP/1.1\r\nhost: ${authorityOf(endpoint)}\r\n\r\n`;
  return (row) => {
    if (requests.subject[row] === controlSubject) return control;
    const key = wireKeys[requests.subject[row] ?? 0] ?? "";
    const cost = requests.cost[row] ?? 1;
    return cost === 1 ? `${head}${key}\r\n\r\n` : `${head}${key}\r\nx-cost: ${cost}\r\n\r\n`;
  };
}
