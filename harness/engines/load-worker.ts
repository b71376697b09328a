import { parentPort, workerData } from "node:worker_threads";
import { requestsOver } from "../history/requests.ts";
import { autocannonEngine } from "./autocannon-engine.ts";
import type { Engine } from "./engine.ts";
import type { FromWorker, LoadThreadData, ToWorker } from "./load-thread.ts";
import { openEngine } from "./open-engine.ts";

const { memory, count, ...rest } = workerData as LoadThreadData;
const context = { ...rest, requests: requestsOver(memory, count) };
const engines: Record<"open" | "autocannon", Engine> = {
  open: openEngine(context),
  autocannon: autocannonEngine(context),
};
const aborts = new Map<number, AbortController>();

parentPort?.on("message", (message: ToWorker) => {
  if (message.kind === "abort") aborts.get(message.id)?.abort();
  else void answer(message);
});
tell({ kind: "ready" });

async function answer({ id, engine, volley }: ToWorker & { kind: "send" }): Promise<void> {
  const abort = new AbortController();
  aborts.set(id, abort);
  try {
    tell({ kind: "report", id, report: await engines[engine].send(volley, abort.signal) });
  } catch (error) {
    tell({ kind: "failed", id, error });
  } finally {
    aborts.delete(id);
  }
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}
