import { describe, expect, it } from "vitest";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { PhaseSpan } from "../history/history.ts";
import { latencyWithin } from "./latency-within.ts";

const policy = { name: "burst", limit: 10, windowMs: 1_000 };
const phase: PhaseSpan = { name: "burst", fromMs: 0, untilMs: 2_000, model: "open", role: "judged" };

interface Latencies {
  readonly decisionMs: number;
  readonly controlMs: number;
  readonly controls?: number;
  readonly sendLateMs?: number;
  readonly addsAtMostMs?: number | null;
}

function check({ decisionMs, controlMs, controls = 200, sendLateMs = 0, addsAtMostMs }: Latencies) {
  const rows: Row[] = Array.from({ length: 2_000 }, (_, i) => {
    const control = i < controls * 10 && i % 10 === 0;
    const receivedMs = i + sendLateMs + (control ? controlMs : decisionMs);
    const base = { intendedMs: i, sentMs: i + sendLateMs, receivedMs, phase: "burst" };
    return control ? { ...base, subject: "(control)", outcome: "control" as const } : base;
  });
  const promises = addsAtMostMs === undefined ? {} : { addsAtMostMs };
  return latencyWithin({ addedMs: 5 }).check(evidenceFromRows({ policy, rows, phases: [phase], promises }));
}

describe("latency-within", () => {
  it("passes when decisions are hardly slower than controls, however slow the machine", () => {
    expect(check({ decisionMs: 2, controlMs: 1 })).toMatchObject({
      verdict: "pass",
      numbers: { decisionMs: 2, controlMs: 1, addedMs: 1 },
    });
    expect(check({ decisionMs: 90, controlMs: 88 }).verdict).toBe("pass");
  });

  it("does not apply where nothing can be asked past the limiter", () => {
    expect(check({ decisionMs: 90, controlMs: 1, controls: 0 })).toMatchObject({
      verdict: "not-applicable",
      summary: expect.stringContaining("no /healthz"),
      numbers: { decisionMs: 90 },
    });
  });

  it("fails when the limiter adds more on a machine that has time", () => {
    expect(check({ decisionMs: 9, controlMs: 1 })).toMatchObject({
      verdict: "fail",
      summary: expect.stringContaining("p99 9.0 ms, 1.0 ms without the limiter"),
    });
  });

  it("tells what a limiter adds that nobody has declared, and judges what was", () => {
    expect(check({ decisionMs: 60, controlMs: 1, addsAtMostMs: null })).toMatchObject({
      verdict: "pass",
      summary: expect.stringContaining("told and not judged"),
      numbers: { decisionMs: 60, controlMs: 1, addedMs: 59 },
    });
    expect(check({ decisionMs: 60, controlMs: 1, addsAtMostMs: 60 }).verdict).toBe("pass");
    expect(check({ decisionMs: 60, controlMs: 1, addsAtMostMs: 50 }).verdict).toBe("fail");
    expect(check({ decisionMs: 4, controlMs: 0.1, addsAtMostMs: 2 }).verdict).toBe("fail");
  });

  it("is inconclusive when the machine may be to blame, or nothing tells", () => {
    expect(check({ decisionMs: 30, controlMs: 10 }).summary).toContain("the machine was slow");
    expect(check({ decisionMs: 9, controlMs: 1, sendLateMs: 40 }).summary).toContain("schedule was not kept");
    expect(check({ decisionMs: 9, controlMs: 1, controls: 20 }).summary).toContain(
      "Only 20 control requests",
    );
    const none = latencyWithin({ addedMs: 5 }).check(evidenceFromRows({ policy, rows: [], phases: [phase] }));
    expect(none.verdict).toBe("inconclusive");
  });

  it("counts from the intended instant: a request that was sent late was slow", () => {
    const rows: Row[] = [{ intendedMs: 0, sentMs: 50, receivedMs: 51, phase: "burst" }];
    const finding = latencyWithin({ addedMs: 5 }).check(evidenceFromRows({ policy, rows, phases: [phase] }));
    expect(finding.numbers.decisionMs).toBe(51);
  });
});
