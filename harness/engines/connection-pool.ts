import { monotonicMs } from "../history/monotonic-clock.ts";
import { policyNamesOf } from "./answer.ts";
import { Connection, type ConnectionContext } from "./connection.ts";
import type { Endpoint, EngineContext } from "./engine.ts";
import { isOwnShortage } from "./own-shortage.ts";
import { recordCrowdedOut, recordDropped, recordRefused } from "./record.ts";
import { requestText } from "./request-text.ts";
import { RowQueue } from "./row-queue.ts";

/** Connections that all replicas share the right to. */
export interface SocketBudget {
  /** Those that may be open at a time. */
  readonly all: number;
  left: number;
  opened: number;
  /** Those that carry a request without an answer. */
  waiting: number;
}

/** What a pool is made of. `settled` is called once for each row that is complete. */
export interface PoolOptions {
  readonly context: EngineContext;
  readonly endpoint: Endpoint;
  readonly budget: SocketBudget;
  readonly settled: () => void;
  /** For servers that do not say how long they keep an idle connection. */
  readonly idleAtMostMs: number;
}

/**
 * The connections to one replica: it grows when none is free. The connection used last is taken first, so that
 * surplus ones grow old and are retired. No more rows wait than connections are being opened: a row that waits gets
 * the first one that becomes free, and a refused connection ends one waiting row: an `error`, as it was not sent.
 */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #connectionContext: ConnectionContext;
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiting = new RowQueue();
  #connecting = 0;

  constructor(options: PoolOptions) {
    const { context, endpoint, idleAtMostMs, settled } = options;
    this.#options = options;
    this.#connectionContext = {
      engine: context,
      endpoint,
      policies: policyNamesOf(context.policyNames),
      text: requestText(context, endpoint),
      owner: {
        connected: (connection) => {
          this.#connecting--;
          this.#free(connection);
        },
        free: (connection) => this.#free(connection),
        gone: (connection, error) => this.#gone(connection, error),
        settled: () => {
          options.budget.waiting--;
          settled();
        },
      },
      idleAtMostMs,
    };
  }

  /**
   * Sends `row` at once if a connection is free, else as soon as one is; drops it when none can be had. Returns
   * false, and does nothing, if that would take a new connection and `mayOpen` is false.
   */
  dispatch(row: number, nowMs: number, mayOpen: boolean): boolean {
    const { budget, context, settled } = this.#options;
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (nowMs - connection.idleSinceMs < this.#connectionContext.idleAtMostMs) {
        this.#send(connection, row);
        return true;
      }
      connection.destroy();
    }
    if (this.#waiting.length >= this.#connecting) {
      if (!mayOpen) return false;
      if (budget.left === 0) {
        // Where most are idle or being opened, it is not answers that are wanting.
        const record = 2 * budget.waiting >= budget.all ? recordCrowdedOut : recordDropped;
        record(context.requests, row);
        settled();
        return true;
      }
      this.#openOne();
    }
    // Until it is really sent, this instant bounds when it could have been.
    context.requests.sentMs[row] = nowMs;
    this.#waiting.push(row);
    return true;
  }

  /** Opens connections until `count` exist. */
  open(count: number): void {
    while (this.#all.size < count && this.#options.budget.left > 0) this.#openOne();
  }

  /** Closes connections that the server might soon close itself. */
  retire(nowMs: number): void {
    const { idleAtMostMs } = this.#connectionContext;
    const old = this.#idle.filter(({ idleSinceMs }) => nowMs - idleSinceMs >= idleAtMostMs);
    for (const connection of old) connection.destroy();
  }

  /** Gives up: what is in flight is lost, what waits for a connection is dropped. */
  abandon(): void {
    for (let row = this.#waiting.shift(); row >= 0; row = this.#waiting.shift()) this.#endWaiting(row, null);
    for (const connection of this.#all)
      if (connection.row >= 0 || connection.isConnecting) connection.giveUp();
  }

  /** Closes every connection. */
  close(): void {
    this.abandon();
    for (const connection of this.#all) connection.destroy();
  }

  #openOne(): void {
    const { budget } = this.#options;
    budget.left--;
    budget.opened++;
    this.#connecting++;
    this.#all.add(new Connection(this.#connectionContext));
  }

  #free(connection: Connection): void {
    const row = this.#waiting.shift();
    if (row >= 0) this.#send(connection, row);
    else this.#idle.push(connection);
  }

  #send(connection: Connection, row: number): void {
    this.#options.budget.waiting++;
    connection.send(row);
  }

  #gone(connection: Connection, error: NodeJS.ErrnoException | null): void {
    this.#all.delete(connection);
    this.#options.budget.left++;
    if (connection.isConnecting) this.#connecting--;
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    if (this.#waiting.length > this.#connecting) this.#endWaiting(this.#waiting.shift(), error);
  }

  #endWaiting(row: number, refusal: NodeJS.ErrnoException | null): void {
    const { context, settled } = this.#options;
    if (refusal === null || isOwnShortage(refusal)) recordDropped(context.requests, row);
    else recordRefused(context.requests, row, monotonicMs());
    settled();
  }
}
