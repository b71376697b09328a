import { get } from "node:http";
import type { Endpoint } from "../engines/engine.ts";

/** What `GET /healthz` says: `ready` 200, `not-yet` 5xx, else `unknown`: somebody listens, but has no such path. */
export type Health = "ready" | "unknown" | "not-yet";

/** Asks once, on a connection of its own; no answer within `withinMs` is `not-yet`. Never rejects. */
export function askHealth({ host, port }: Endpoint, withinMs = 1000): Promise<Health> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: "/healthz", agent: false, timeout: withinMs }, (response) => {
      response.resume();
      const { statusCode = 500 } = response;
      resolve(statusCode === 200 ? "ready" : statusCode < 500 ? "unknown" : "not-yet");
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve("not-yet"));
  });
}
