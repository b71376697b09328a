import { expect, it } from "vitest";
import { type EvidenceOptions, evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { RedisSample } from "../history/history.ts";
import { redisCost } from "./redis-cost.ts";

const policy = { name: "p", limit: 10, windowMs: 1_000 };
const rows: readonly Row[] = Array.from({ length: 100 }, (_, i) => ({
  sentMs: 1_000 + 10 * i,
  receivedMs: 1_001 + 10 * i,
  source: i < 80 ? "redis" : "local",
}));
const sample = (atMs: number, scripts: number, over: Partial<RedisSample> = {}): RedisSample => ({
  fromMs: atMs,
  untilMs: atMs + 0.5,
  runId: "one",
  connectionsReceived: 4,
  connectedClients: 4,
  commandsProcessed: 5 * scripts + atMs / 250,
  scriptCalls: scripts,
  scriptUs: 20 * scripts,
  scriptFailures: 0,
  usedMemoryBytes: 1_000_000,
  networkBytes: 300 * scripts,
  ...over,
});
const samples = [1_000, 1_250, 1_500, 1_750].map((atMs, i) => sample(atMs, 10 * i));
const check = (redisSamples: readonly RedisSample[], more: Partial<EvidenceOptions> = {}) =>
  redisCost().check(evidenceFromRows({ policy, rows, redisSamples, ...more }));

it("divides what Redis counted between its readings by the decisions that it made", () => {
  const finding = check(samples);
  expect(finding.verdict).toBe("pass");
  // From 1,000.5 to 1,750.5 ms: requests 1 to 74 were answered.
  expect(finding.numbers).toMatchObject({
    decisions: 75,
    roundTripsPerDecision: 30 / 75,
    commandsPerDecision: 150 / 75,
    scriptUsPerDecision: 600 / 75,
    bytesPerDecision: 9_000 / 75,
  });
});

it("leaves out what lies between two lives of Redis, and decisions made without it", () => {
  const other = { runId: "two" };
  const restarted = [...samples.slice(0, 2), sample(1_500, 0, other), sample(1_990, 5, other)];
  expect(check(restarted).numbers).toMatchObject({ decisions: 25 + 30, roundTripsPerDecision: 15 / 55 });
});

it("does not apply without Redis's counters, nor where Redis decided nothing", () => {
  expect(check([]).verdict).toBe("not-applicable");
  expect(check(samples.slice(0, 1)).verdict).toBe("not-applicable");
});

it("takes every command for a round trip of whoever uses no scripts, and tells of no bytes that were not read", () => {
  const plain = [sample(1_000, 0), sample(1_750, 0, { commandsProcessed: 4 + 151 })].map((one) => {
    const { networkBytes: _, ...rest } = one;
    return rest;
  });
  const { numbers } = check(plain);
  expect(numbers.roundTripsPerDecision).toBe(150 / 75);
  expect(numbers).not.toHaveProperty("bytesPerDecision");
});
