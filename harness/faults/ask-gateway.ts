import { get } from "node:http";
import type { Endpoint } from "../engines/engine.ts";
import type { ProbeAnswer } from "./redis-probe.ts";

/**
 * Asks a gateway for `/healthz` on a connection of its own, and waits at most `withinMs`. Any status counts as an
 * answer; the reply is the `Date` header of it, or nothing. Never rejects.
 */
export function askGateway({ host, port }: Endpoint, withinMs: number): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const beganMs = performance.now();
    const request = get({ host, port, path: "/healthz", agent: false });
    const tookMs = () => performance.now() - beganMs;
    const late = setTimeout(() => {
      // After a stall of ours, what has come meanwhile is read before silence is believed.
      setImmediate(() => {
        resolve({ kind: "silent", tookMs: tookMs() });
        request.destroy();
      });
    }, withinMs);
    request.once("response", (response) => {
      response.resume();
      resolve({ kind: "answered", tookMs: tookMs(), reply: response.headers.date ?? "" });
    });
    request.on("error", (error: NodeJS.ErrnoException) => {
      resolve({ kind: kindOf(error.code), tookMs: tookMs() });
    });
    request.once("close", () => clearTimeout(late));
  });
}

function kindOf(code: string | undefined): "refused" | "reset" {
  return code === "ECONNRESET" || code === "EPIPE" ? "reset" : "refused";
}
