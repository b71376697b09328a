import autocannon from "autocannon";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { policyNamesOf } from "./answer.ts";
import { authorityOf } from "./authority-of.ts";
import type { AutocannonClient } from "./autocannon-client.ts";
import { noRow } from "./connection.ts";
import type { Engine, EngineContext, EngineReport, Volley } from "./engine.ts";
import { requestText } from "./request-text.ts";
import { type Books, SaturatingClient } from "./saturating-client.ts";

/** What autocannon says at the end of a run without its statistics. */
interface RawResult {
  readonly totalRequests: number;
  readonly totalCompletedRequests: number;
}

/** Autocannon looks whether all its clients are done so often. */
const sampleMs = 20;
const longestTimerMs = 2 ** 31 - 1;

/**
 * The closed model: autocannon asks as fast as the target answers, one request a connection, until every row of the
 * volley was sent or `stopSendingMs` has come. Connections and rows are spread evenly over the replicas; each
 * request takes the next row and its subject's key. `intendedMs` is `sentMs`. Of autocannon's own numbers none is
 * used but its counts, which must agree with the rows.
 */
export function autocannonEngine(context: EngineContext): Engine {
  const policies = policyNamesOf(context.policyNames);

  async function send(volley: Volley, signal: AbortSignal): Promise<EngineReport> {
    const cpuBefore = process.threadCpuUsage();
    const books: Books = { connectionsOpened: 0, sent: 0, unrecorded: 0, answered: 0, withheld: 0 };
    const clients: SaturatingClient[] = [];
    const results = await Promise.all(signal.aborted ? [] : runs(volley, books, clients, signal));
    const { user, system } = process.threadCpuUsage(cpuBefore);
    return {
      connectionsOpened: books.connectionsOpened,
      cpuMs: (user + system) / 1000,
      discrepancies: discrepancies(books, results),
    };
  }

  /** One autocannon a replica, each with its share of the rows and of the connections. */
  function runs(
    volley: Volley,
    books: Books,
    clients: SaturatingClient[],
    signal: AbortSignal,
  ): Promise<RawResult>[] {
    const { endpoints } = context;
    const { fromRow, untilRow, phase, connections = 50 } = volley;
    const ending = endInTime(volley, clients, signal);
    let row = fromRow;
    const nextRow = () => {
      if (row === untilRow) return noRow;
      if (row === untilRow - 1) ending.allSent();
      return row++;
    };
    const started = endpoints.flatMap((endpoint, replica) => {
      const amount = shareOf(untilRow - fromRow, replica, endpoints.length);
      if (amount === 0) return [];
      const text = requestText(context, endpoint);
      const own = { engine: context, policies, text, replica, phase, nextRow, books };
      return run({
        url: `http://${authorityOf(endpoint)}/`,
        amount,
        connections: Math.min(amount, Math.max(1, shareOf(connections, replica, endpoints.length))),
        setupClient: (client) => {
          clients.push(new SaturatingClient(client as unknown as AutocannonClient, own));
        },
      });
    });
    void Promise.allSettled(started).then(ending.cancel);
    return started;
  }

  return { send, async close() {} };
}

/** The callback form, because autocannon's own instance is a thenable that a promise would adopt. */
function run(options: autocannon.Options): Promise<RawResult> {
  return new Promise((resolve, reject) => {
    autocannon(
      {
        ...options,
        sampleInt: sampleMs,
        skipAggregateResult: true,
        // Its time-out resets the connection and cannot be turned off: slow answers are waited for by us.
        timeout: 86_400,
      },
      (error: unknown, result: unknown) => (error ? reject(error) : resolve(result as RawResult)),
    );
  });
}

/**
 * Stops every client at `stopSendingMs`. Ends those that still wait `drainMs` after that, or after the last row was
 * sent, and all at once on an abort.
 */
function endInTime(volley: Volley, clients: readonly SaturatingClient[], signal: AbortSignal) {
  const end = () => {
    for (const client of clients) client.destroy();
  };
  const drain = () => {
    clearTimeout(timer);
    timer = setTimeout(end, volley.drainMs);
  };
  const stop = () => {
    for (const client of clients) client.stop();
    drain();
  };
  const untilStopMs = Math.max(0, volley.stopSendingMs - monotonicMs());
  let timer = setTimeout(stop, Math.min(untilStopMs, longestTimerMs));
  signal.addEventListener("abort", end);
  return {
    allSent: drain,
    cancel() {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    },
  };
}

/** The part of `total` that falls to one of `parts`: whole numbers that add up to it. */
function shareOf(total: number, part: number, parts: number): number {
  return Math.floor((total * (part + 1)) / parts) - Math.floor((total * part) / parts);
}

function discrepancies(books: Books, results: readonly RawResult[]): string[] {
  const sent = results.reduce((sum, { totalRequests }) => sum + totalRequests, 0);
  const answered = results.reduce((sum, { totalCompletedRequests }) => sum + totalCompletedRequests, 0);
  const found: string[] = [];
  if (sent !== books.sent) found.push(`autocannon counts ${sent} requests, we saw it make ${books.sent}`);
  if (books.unrecorded > 0)
    found.push(`autocannon wanted ${books.unrecorded} requests more than it was asked for`);
  const shown = books.answered - books.withheld;
  if (answered !== shown)
    found.push(`autocannon counts ${answered} answers, ${shown} of ours were shown to it`);
  return found;
}
