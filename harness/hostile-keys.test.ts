import { expect, test } from "vitest";
import { scenario } from "../scenarios/hostile-keys.ts";
import { evidenceFromRows, type Row } from "./history/evidence-from-rows.ts";
import { seededRandom } from "./load/random.ts";

const [policy = { name: "", limit: 1, windowMs: 1 }] = scenario.policies;

/** What a limiter in one process, exact but for what it makes of names, answers whom the server lets pass. */
function answered(keyOf: (name: string) => string, ratePerSecond = 10_000, stretch = 0.3): Row[] {
  const [phase] = scenario
    .phases({ ...scenario, ratePerSecond, stretch })
    .filter(({ role }) => role !== "warmup");
  if (phase === undefined || !("load" in phase)) throw new TypeError("hostile-keys sends no paced load");
  const logs = new Map<string, number[]>();
  const rows: Row[] = [];
  for (const { key: subject, atMs } of phase.load.arrivals(seededRandom(1, "names"))) {
    if (subject.length > 4_096) continue;
    const key = keyOf(subject);
    const log = (logs.get(key) ?? []).filter((stamp) => stamp > atMs - policy.windowMs);
    const isAllowed = log.length < policy.limit;
    logs.set(key, isAllowed ? [...log, atMs] : log);
    rows.push({ subject, sentMs: atMs, receivedMs: atMs, outcome: isAllowed ? "allowed" : "denied" });
  }
  return rows;
}

function verdictOn(rows: readonly Row[]) {
  const evidence = evidenceFromRows({ policy, rows });
  return scenario.checkers.find(({ name }) => name === "no-false-denials")?.check(evidence).verdict;
}

/** `prefix:RUN:NAME`, as it is cut. */
const before = "ratelimit:0123456789ab:";

test.each([64, 128, 250, 255, 256, 512, 1_000, 1_024])(
  "hostile-keys convicts who cuts keys at %i bytes, where a server reads no line of 8 KiB",
  (bytes) => {
    expect(verdictOn(answered((name) => Buffer.from(before + name).toString("latin1", 0, bytes)))).toBe(
      "fail",
    );
  },
);

test("hostile-keys acquits who cuts nothing", () => {
  expect(verdictOn(answered((name) => name))).toBe("pass");
});

test("hostile-keys convicts who folds or cuts names, and nobody else, at a rate that bears only some at once", () => {
  const stretches = [0.35, 1];
  for (const stretch of stretches) {
    expect(verdictOn(answered((name) => name.toLowerCase(), 300, stretch))).toBe("fail");
    expect(verdictOn(answered((name) => name.slice(0, 250), 300, stretch))).toBe("fail");
    expect(verdictOn(answered((name) => name, 300, stretch))).toBe("pass");
  }
});
