import { describe, expect, it } from "vitest";
import { evidenceFromRows } from "./evidence-from-rows.ts";
import { outcomeCode, sourceCode } from "./requests.ts";
import { sampleHistory } from "./sample-history.ts";
import { kindCode, traceAt } from "./traces.ts";
import { countedBy, tracesOf } from "./traces-of.ts";

describe("traces", () => {
  const history = sampleHistory({ seed: 3, count: 2_000 });
  const traces = tracesOf(history);

  it("hold every request that was sent exactly once, under its own subject", () => {
    const seen = new Set<number>();
    for (let group = 0; group < traces.groups; group++) {
      const trace = traceAt(traces, group);
      for (const row of trace.row) {
        expect(history.requests.subject[row]).toBe(trace.subject);
        seen.add(row);
      }
    }
    const sent = [...history.requests.outcome].filter(
      (code) => code !== outcomeCode.dropped && code !== outcomeCode.blank,
    );
    expect(seen.size).toBe(sent.length);
    expect(traces.row.length).toBe(sent.length);
  });

  it("have no request that found no connection: it consumed nothing", () => {
    const { history: refused } = evidenceFromRows({
      policy: { name: "p", limit: 10, windowMs: 1_000 },
      rows: [
        { sentMs: 1, receivedMs: 2, outcome: "refused" },
        { sentMs: 3, receivedMs: 4, outcome: "error" },
      ],
    });
    expect([...tracesOf(refused).row]).toEqual([1]);
  });

  it("count a request for whom its subject belongs to, where a policy is by that name", () => {
    const rows = ["acme/a", "beta/a", "acme/b"].map((subject, i) => ({
      subject,
      sentMs: i,
      receivedMs: i + 1,
    }));
    const { history: plain } = evidenceFromRows({ policy: { name: "p", limit: 10, windowMs: 1_000 }, rows });
    const owned = { ...plain, belongs: { tenant: ["acme", "beta", "acme"] } };
    const counted = countedBy(owned, "tenant");
    const byTenant = tracesOf(owned, counted);
    const rowsOf = (group: number) => [...traceAt(byTenant, group).row];
    expect(counted.names).toEqual(["acme", "beta"]);
    expect([rowsOf(0), rowsOf(1)]).toEqual([[0, 2], [1]]);
    expect(countedBy(owned, "client").names).toEqual(plain.subjects);
  });

  it("are in order of the instant of sending", () => {
    for (let group = 0; group < traces.groups; group++) {
      const { sentMs } = traceAt(traces, group);
      expect([...sentMs]).toEqual([...sentMs].sort((a, b) => a - b));
    }
  });

  it("leave an ambiguous request open until its replica was quiescent and answered something newer, or for ever", () => {
    const { requests } = history;
    const quiet = history.quiescences[0]?.atMs ?? 0;
    const newer = [...requests.receivedMs].filter((_, row) => {
      const { outcome, replica, sentMs, source } = requests;
      const isAnswered = outcome[row] === outcomeCode.allowed || outcome[row] === outcomeCode.denied;
      const isByRedis = isAnswered && source[row] !== sourceCode.local;
      return isByRedis && replica[row] === 1 && (sentMs[row] ?? 0) >= quiet;
    });
    const heard = Math.min(...newer);
    expect(heard).toBeGreaterThan(quiet);
    for (let i = 0; i < traces.row.length; i++) {
      if (traces.kind[i] !== kindCode.ambiguous) continue;
      const replica = requests.replica[traces.row[i] ?? 0];
      const isSettled = replica === 1 && (traces.sentMs[i] ?? 0) <= quiet;
      expect(traces.untilMs[i]).toBe(isSettled ? heard : Number.POSITIVE_INFINITY);
    }
  });
});
