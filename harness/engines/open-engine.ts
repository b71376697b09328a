import { monotonicMs } from "../history/monotonic-clock.ts";
import { ConnectionPool, type SocketBudget } from "./connection-pool.ts";
import type { Engine, EngineContext, EngineReport, Volley } from "./engine.ts";
import { dispatchInTime } from "./pacing.ts";
import { recordDropped } from "./record.ts";

/** Options of `openEngine`. */
export interface OpenEngineOptions {
  /** Connections to all replicas together; beyond them arrivals are dropped. @default 4096 */
  readonly maxSockets?: number;
  /** Retire connections idle for longer than this where the server does not say how long. @default 4000 */
  readonly idleAtMostMs?: number;
}

const retireEveryMs = 250;

/**
 * The open model: each row is sent at its `intendedMs` (absolute by now), whatever is still unanswered. What is
 * overdue is sent at once and its lateness shows in `sentMs`; what finds no connection, or is not sent by
 * `stopSendingMs`, is dropped. Rows must be in order of `intendedMs`.
 */
export function openEngine(
  context: EngineContext,
  { maxSockets = 4096, idleAtMostMs = 4000 }: OpenEngineOptions = {},
): Engine {
  const budget: SocketBudget = { all: maxSockets, left: maxSockets, opened: 0, waiting: 0 };
  let settledRows = 0;
  let onSettled = () => {};
  const settled = () => {
    settledRows++;
    onSettled();
  };
  const pools = context.endpoints.map(
    (endpoint) => new ConnectionPool({ context, endpoint, budget, settled, idleAtMostMs }),
  );
  const retiring = setInterval(() => {
    const nowMs = monotonicMs();
    for (const pool of pools) pool.retire(nowMs);
  }, retireEveryMs).unref();

  const poolOf = (row: number): ConnectionPool => {
    const pool = pools[context.requests.replica[row] ?? 0];
    if (pool === undefined) throw new RangeError(`Row ${row} asks a replica that has no endpoint.`);
    return pool;
  };

  async function send(volley: Volley, signal: AbortSignal): Promise<EngineReport> {
    const openedBefore = budget.opened;
    const cpuBefore = process.threadCpuUsage();
    settledRows = 0;
    const perPool = Math.ceil((volley.connections ?? 0) / pools.length);
    for (const pool of pools) pool.open(perPool);
    await dispatchInTime({
      requests: context.requests,
      volley,
      signal,
      dispatch: (row, nowMs, mayOpen) => poolOf(row).dispatch(row, nowMs, mayOpen),
      drop: (row) => {
        recordDropped(context.requests, row);
        settled();
      },
    });
    const rows = volley.untilRow - volley.fromRow;
    await drained(volley.drainMs, signal, () => settledRows >= rows);
    if (settledRows < rows) for (const pool of pools) pool.abandon();
    const { user, system } = process.threadCpuUsage(cpuBefore);
    return {
      connectionsOpened: budget.opened - openedBefore,
      cpuMs: (user + system) / 1000,
      discrepancies: [],
    };
  }

  /** Resolves as soon as every row is complete, after `drainMs`, or when aborted. */
  function drained(drainMs: number, signal: AbortSignal, isDone: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        onSettled = () => {};
        resolve();
      };
      const timer = setTimeout(end, drainMs);
      signal.addEventListener("abort", end);
      onSettled = () => {
        if (isDone()) end();
      };
      if (isDone() || signal.aborted) end();
    });
  }

  return {
    send,
    async close() {
      clearInterval(retiring);
      for (const pool of pools) pool.close();
    },
  };
}
