import { Agent, get, type IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { obeyedWait } from "../headers/obeyed-wait.ts";
import { type Visit, visitFields } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { isOnThisMachine } from "../on-this-machine.ts";
import type { Endpoint } from "./engine.ts";

/** Clients that ask until they are disposed of. */
export interface ProbingClients extends AsyncDisposable {
  readonly visits: readonly Visit[];
}

/** Who asks whom. */
export interface ProbingClientsOptions {
  readonly endpoints: readonly Endpoint[];
  /** Names of the subjects, one a client. */
  readonly subjects: readonly string[];
  /** What a subject is called on the wire. */
  readonly wireKeyOf: (subject: string) => string;
  /** Header that carries it. @default "x-client-id" */
  readonly keyHeader?: string;
}

/** An answer is waited for so long. */
const answerWithinMs = 2_000;
/** A client that is never turned away begins anew after so many visits. */
const mostVisits = 200;
/** Past the instant that it was told, so that no clock need be exact, on a busy machine neither. */
const politenessMs = 200;
/** Pauses of a round in which a client spends slowly: what it is told to wait is then less than a window. */
const slowlyMs = 400;

/**
 * Each client spends what its subject is given, one request after the other and in turn over all gateways, until it is
 * turned away; waits as long as it is told, and comes back. In two rounds of three it looks once too early, in one it
 * spends slowly. Disposing ends them within one visit.
 */
export function startProbingClients({
  endpoints,
  subjects,
  wireKeyOf,
  keyHeader = "x-client-id",
}: ProbingClientsOptions): ProbingClients {
  const visits: Visit[] = [];
  const stop = new AbortController();
  const agent = new Agent({ keepAlive: true });
  const pause = (ms: number): Promise<unknown> =>
    sleep(ms, undefined, { signal: stop.signal }).catch(() => {});
  const client = async (subject: string, index: number): Promise<void> => {
    let replica = index;
    const visit = async (): Promise<Visit> => {
      const at = replica++ % endpoints.length;
      const seen = await visitOnce(
        agent,
        endpoints[at],
        { subject, replica: at },
        {
          [keyHeader]: wireKeyOf(subject),
        },
      );
      visits.push(seen);
      return seen;
    };
    for (let round = index; !stop.signal.aborted; round++) {
      let last = await visit();
      for (let i = 0; i < mostVisits && last.outcome === "allowed" && !stop.signal.aborted; i++) {
        if (round % 3 === 2) await pause(slowlyMs);
        last = await visit();
      }
      const { waitMs, earlyMs } = obeyedWait(last);
      if (earlyMs > 0 && round % 3 !== 0) {
        await pause(earlyMs);
        if (!stop.signal.aborted) await visit();
      }
      const untilMs = (last.receivedMs ?? last.sentMs) + waitMs + politenessMs;
      await pause(Math.max(0, untilMs - monotonicMs()));
    }
  };
  const ended = Promise.all(subjects.map(client));
  return {
    visits,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
      agent.destroy();
    },
  };
}

function visitOnce(
  agent: Agent,
  endpoint: Endpoint | undefined,
  who: Pick<Visit, "subject" | "replica">,
  headers: Readonly<Record<string, string>>,
): Promise<Visit> {
  const { host = "", port = 0, path = "/" } = endpoint ?? {};
  return new Promise((resolve) => {
    const sentMs = monotonicMs();
    const lost = (): void =>
      resolve({ ...who, sentMs, receivedMs: null, outcome: "lost", source: "unlabelled", fields: {} });
    const options = { host, port, path, agent, headers, timeout: answerWithinMs };
    const request = get(options, (response) => {
      response.resume();
      response.on("close", lost);
      response.on("end", () => {
        const receivedMs = monotonicMs();
        const { headers, statusCode = 0 } = response;
        const said = {
          ...(isOnThisMachine(host) ? { ourClockMs: Date.now() } : {}),
          outcome: outcomeOf(statusCode, headers),
          source: sourceOf(headers),
          fields: fieldsOf(headers),
        };
        resolve({ ...who, sentMs, receivedMs, ...said });
      });
    });
    request.on("timeout", () => request.destroy());
    request.on("error", lost);
  });
}

function outcomeOf(status: number, headers: IncomingHttpHeaders): Visit["outcome"] {
  if (status === 200) return "allowed";
  if (status === 429) return "denied";
  return status === 503 && headers["x-ratelimit-reason"] === "unavailable" ? "unavailable" : "error";
}

function sourceOf({ "x-ratelimit-source": source }: IncomingHttpHeaders): Visit["source"] {
  return source === "redis" || source === "local" ? source : "unlabelled";
}

function fieldsOf(headers: IncomingHttpHeaders): Visit["fields"] {
  const pairs = visitFields.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  return Object.fromEntries(pairs);
}
