import { get, type RequestOptions } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Policy } from "../../limiter/policy.ts";
import { authorityOf } from "../engines/authority-of.ts";
import type { Endpoint } from "../engines/engine.ts";
import { countedWithinMs } from "../history/history.ts";

/** Who is asked, and as whom. */
export interface ContractQuestion {
  readonly endpoints: readonly Endpoint[];
  /** Part of the one key that is asked for, which no other request has. */
  readonly runId: string;
  readonly policies: readonly Policy[];
  /** Where it is told who asks. @default "x-client-id" */
  readonly keyHeader?: string | undefined;
  /** An answer that does not come by then says nothing. @default 1_000 */
  readonly withinMs?: number;
}

/**
 * Asks each gateway once, as a client of its own. Null if all speak the contract as far as can be told; else
 * one sentence on the first that does not. No answer, nonsense and errors of the server (5xx) say nothing: Redis may not be
 * there yet, and what a gateway makes of that is for the run to find. Resolves when the gateways have had the time to count what they were asked. Never rejects.
 */
export async function contractMistake({ endpoints, ...asked }: ContractQuestion): Promise<string | null> {
  const statuses = await Promise.all(endpoints.map((endpoint) => statusOf(endpoint, asked)));
  await sleep(countedWithinMs);
  const replica = statuses.findIndex((status) => status !== null && !isInContract(status));
  const endpoint = endpoints[replica];
  if (endpoint === undefined) return null;
  return `Gateway ${replica} at http://${authorityOf(endpoint)} answers a request with status ${statuses[replica]}, which says neither yes nor no: let it answer 200 to what it lets in, 429 to what it denies, and 503 with x-ratelimit-reason: unavailable where it cannot decide.`;
}

function isInContract(status: number): boolean {
  return status === 200 || status === 429 || status >= 500;
}

function statusOf(
  { host, port, path = "/" }: Endpoint,
  { runId, policies, keyHeader = "x-client-id", withinMs = 1_000 }: Omit<ContractQuestion, "endpoints">,
): Promise<number | null> {
  const key = `${runId}:asked-first`;
  const belongs = policies.flatMap(({ by }) => (by === undefined ? [] : [[`x-${by}-id`, key]]));
  const headers = { [keyHeader]: key, ...Object.fromEntries(belongs) };
  const options: RequestOptions = { host, port, path, headers, agent: false, timeout: withinMs };
  return new Promise((resolve) => {
    const request = get(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? null);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(null));
    request.on("close", () => resolve(null));
  });
}
