/**
 * Bare autocannon, without any record of ours, in a worker thread as our engine has one: one run for every message
 * `{ url, connections, ratePerSecond, durationMs }`, answered by `{ requests, cpuMs }`.
 */
import { parentPort } from "node:worker_threads";
import autocannon from "autocannon";

interface Order {
  readonly url: string;
  readonly connections: number;
  readonly ratePerSecond: number;
  readonly durationMs: number;
}

parentPort?.on("message", ({ url, connections, ratePerSecond, durationMs }: Order) => {
  const before = process.threadCpuUsage();
  const options = {
    url,
    connections,
    overallRate: ratePerSecond,
    duration: durationMs / 1000,
    headers: { "x-client-id": "bench:1" },
    ignoreCoordinatedOmission: true,
    skipAggregateResult: true,
  };
  autocannon(options, (error: unknown, result: unknown) => {
    if (error) throw error;
    const { user, system } = process.threadCpuUsage(before);
    const { totalCompletedRequests: requests } = result as { totalCompletedRequests: number };
    parentPort?.postMessage({ requests, cpuMs: (user + system) / 1000 });
  });
});
