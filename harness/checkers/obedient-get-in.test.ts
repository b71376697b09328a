import { describe, expect, it } from "vitest";
import { evidenceFromRows } from "../history/evidence-from-rows.ts";
import type { Visit } from "../history/history.ts";
import { seededRandom } from "../load/random.ts";
import { exactLimiter } from "../promises/exact-limiter.ts";
import { obedientGetIn } from "./obedient-get-in.ts";

const policy = { name: "retry", limit: 5, windowMs: 3_000 };

function check(visits: readonly Visit[], source: "redis" | "local" = "redis") {
  const early = { subject: "other", sentMs: -60_000, receivedMs: -59_999, source: "redis" as const };
  const rows = [
    early,
    ...visits.map(({ sentMs }) => ({ subject: "other", sentMs, receivedMs: sentMs + 1, source })),
  ];
  const { history, claims } = evidenceFromRows({ policy, rows });
  return obedientGetIn().check({ history: { ...history, visits }, claims });
}

/** A client that spends what it is given, and comes back when it is told; the limiter forgets after `windowMs`. */
function visitsOf(seed: number, windowMs = policy.windowMs): Visit[] {
  const random = seededRandom(seed, "visits");
  const limiter = exactLimiter({ kind: "window", limit: policy.limit, windowMs });
  let atMs = 1_000;
  return Array.from({ length: 60 }, (): Visit => {
    const sentMs = atMs;
    const decidedMs = sentMs + 3 * random();
    const receivedMs = decidedMs + 3 * random();
    const isLetIn = limiter.room(decidedMs) >= 1;
    if (isLetIn) limiter.consume(decidedMs, 1);
    const isLost = random() < 0.05;
    atMs = receivedMs + (isLetIn ? 100 * random() : policy.windowMs);
    const own = { subject: "probe-1", replica: 0, sentMs, source: "redis" } as const;
    if (isLost) return { ...own, receivedMs: null, outcome: "lost", fields: {} };
    return isLetIn
      ? { ...own, receivedMs, outcome: "allowed", fields: {} }
      : { ...own, receivedMs, outcome: "denied", fields: { "retry-after": "3" } };
  });
}

describe("obedient-get-in", () => {
  it("acquits a limiter that lets in whoever comes back in time, whatever is lost", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { verdict, summary } = check(visitsOf(seed));
      expect(verdict, summary).toBe("pass");
    }
  });

  it("convicts one that still remembers what is over", () => {
    const { verdict, summary } = check(visitsOf(1, 5_000));
    expect(verdict, summary).toBe("fail");
    expect(summary).toContain("probe-1 was turned away");
  });

  it("does not blame Redis for what a replica denies near answers of its own, to whomever", () => {
    expect(check(visitsOf(1, 5_000), "local").verdict).toBe("pass");
  });

  it("cannot tell where nobody was turned away, and does not apply where nobody came", () => {
    expect(check(visitsOf(1).filter(({ outcome }) => outcome === "allowed")).verdict).toBe("inconclusive");
    expect(check([]).verdict).toBe("not-applicable");
  });
});
