import { Worker } from "node:worker_threads";
import { memoryOf } from "../history/requests.ts";
import type { EngineContext, EngineReport, Volley } from "./engine.ts";
import { requireWireKeys } from "./wire-keys.ts";

/** The engines that stand in a load thread. */
export type EngineName = "open" | "autocannon";

/** One worker thread that sends volleys, one after the other. */
export interface LoadThread extends AsyncDisposable {
  /**
   * Sends one volley. An abort stops it at once: what is unsent is dropped (open) or stays blank (autocannon), what
   * is in flight is lost. Rejects only if the thread itself failed.
   */
  readonly send: (engine: EngineName, volley: Volley, signal: AbortSignal) => Promise<EngineReport>;
}

/** What the worker is given: the context with its requests as bare memory. */
export type LoadThreadData = Omit<EngineContext, "requests"> & {
  readonly memory: SharedArrayBuffer;
  readonly count: number;
};

/** What the thread is told. */
export type ToWorker =
  | { readonly kind: "send"; readonly id: number; readonly engine: EngineName; readonly volley: Volley }
  | { readonly kind: "abort"; readonly id: number };

/** What the thread tells. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "report"; readonly id: number; readonly report: EngineReport }
  | { readonly kind: "failed"; readonly id: number; readonly error: unknown };

/** The load thread failed: a fault of the harness, never of the target. */
export class LoadThreadError extends Error {
  readonly code = "GATECRASH_LOAD_THREAD";
  override readonly name = "LoadThreadError";
}

/**
 * Starts the thread that all load of a run comes from; resolves when it is ready to send. Throws a `Refusal` when
 * a key cannot travel in a header.
 */
export async function startLoadThread(context: EngineContext): Promise<LoadThread> {
  requireWireKeys(context.wireKeys);
  const worker = new Worker(workerFile, { workerData: threadData(context), name: "gatecrash-load" });
  const open = new Map<number, PromiseWithResolvers<EngineReport>>();
  const ready = Promise.withResolvers<void>();
  let failure: LoadThreadError | null = null;
  let lastId = 0;

  const fail = (error: LoadThreadError) => {
    failure ??= error;
    ready.reject(failure);
    for (const { reject } of open.values()) reject(failure);
    open.clear();
  };
  worker.on("message", (message: FromWorker) => {
    if (message.kind === "ready") return ready.resolve();
    const waiting = open.get(message.id);
    open.delete(message.id);
    if (message.kind === "report") waiting?.resolve(message.report);
    else
      waiting?.reject(new LoadThreadError("An engine failed in the load thread.", { cause: message.error }));
  });
  worker.on("error", (cause) => fail(new LoadThreadError("The load thread crashed.", { cause })));
  worker.on("exit", (code) => fail(new LoadThreadError(`The load thread ended with code ${code}.`)));
  await ready.promise;

  return {
    async send(engine, volley, signal) {
      if (failure !== null) throw failure;
      const id = ++lastId;
      const tell = (message: ToWorker) => worker.postMessage(message);
      const abort = () => tell({ kind: "abort", id });
      const report = Promise.withResolvers<EngineReport>();
      open.set(id, report);
      signal.addEventListener("abort", abort, { once: true });
      tell({ kind: "send", id, engine, volley });
      if (signal.aborted) abort();
      try {
        return await report.promise;
      } finally {
        signal.removeEventListener("abort", abort);
      }
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

/** Beside this file, and of its kind: `.ts` in the checkout, `.js` where it was compiled. */
const workerFile = new URL(`./load-worker.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

function threadData({ requests, ...rest }: EngineContext): LoadThreadData {
  return { ...rest, memory: memoryOf(requests), count: requests.count };
}
