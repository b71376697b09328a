import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Evidence } from "../history/evidence.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import { countedBy, tracesOf } from "../history/traces-of.ts";
import { seededRandom } from "../load/random.ts";
import { exactLimiter } from "../promises/exact-limiter.ts";
import { noFalseDenials } from "./no-false-denials.ts";
import { withinBound } from "./within-bound.ts";

const user = { name: "user", limit: 6, windowMs: 64, by: "client" };
const tenant = { name: "tenant", limit: 10, windowMs: 64, by: "tenant" };
const policies = [user, tenant];
const curveOf = ({ limit, windowMs }: typeof user) => ({ kind: "window", limit, windowMs }) as const;

/** Which policy an answer names; `wrongly` is another than that which denied. */
interface Decided extends Row {
  readonly denying: number;
}

interface Habits {
  /** What is denied by the tenant's policy is charged to the user. */
  readonly charges?: "who-is-denied";
  readonly counts?: "tenants-by-user";
}

/** Two users in each of two tenants, one of them far more often: both policies together, all or none. */
function decided(seed: number, { charges, counts }: Habits = {}): Decided[] {
  const random = seededRandom(seed, "tiers");
  const users = new Map<string, ReturnType<typeof exactLimiter>>();
  const tenants = new Map<string, ReturnType<typeof exactLimiter>>();
  const limiterOf = (known: typeof users, name: string, policy: typeof user) => {
    const limiter = known.get(name) ?? exactLimiter(curveOf(policy));
    known.set(name, limiter);
    return limiter;
  };
  let atMs = 1_000;
  return Array.from({ length: 600 }, (): Decided => {
    atMs += Math.floor(random() * 16) / 4;
    const owner = random() < 0.5 ? "acme" : "beta";
    const subject = `${owner}/${random() < 0.8 ? "greedy" : "modest"}`;
    const own = limiterOf(users, subject, user);
    const whole = limiterOf(tenants, counts === undefined ? owner : subject, tenant);
    const full = [own, whole].map((limiter) => limiter.room(atMs) < 1);
    const denying = full.indexOf(true);
    if (denying < 0) for (const limiter of [own, whole]) limiter.consume(atMs, 1);
    else if (charges !== undefined && full[1] === false) whole.consume(atMs, 1);
    const outcome = denying < 0 ? "allowed" : "denied";
    return { subject, sentMs: atMs - random() / 4, receivedMs: atMs + random() / 4, outcome, denying };
  });
}

function evidenceOf(rows: readonly Decided[], named: (denying: number) => number): Evidence {
  const { history: plain, claims } = evidenceFromRows({ policy: user, rows });
  const owners = plain.subjects.map((name) => name.split("/")[0] ?? "");
  const history = { ...plain, policies, belongs: { tenant: owners } };
  rows.forEach(({ denying }, row) => {
    if (denying >= 0) history.requests.policy[row] = named(denying);
  });
  return {
    history,
    claims: policies.flatMap((policy) => {
      const counted = countedBy(history, policy.by);
      const curve = curveOf(policy);
      return claims.map((claim) => ({
        ...claim,
        policy,
        promises: { ...claim.promises, upper: curve, lower: curve },
        subjects: counted.names,
        traces: tracesOf(history, counted),
      }));
    }),
  };
}

const asDenied = (denying: number) => denying;
const verdicts = (evidence: Evidence) => [
  withinBound().check(evidence).verdict,
  noFalseDenials().check(evidence).verdict,
];

describe("two policies by different subjects", () => {
  it("never convict a limiter that decides them together", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(verdicts(evidenceOf(decided(seed), asDenied))).not.toContain("fail");
      }),
      { numRuns: 100 },
    );
  });

  it("convict one that charges the tenant for what its user is denied", () => {
    const evidence = evidenceOf(decided(1, { charges: "who-is-denied" }), asDenied);
    const finding = noFalseDenials().check(evidence);
    expect(finding.verdict, finding.summary).toBe("fail");
    expect(finding.witness).toMatchObject({
      policy: "tenant",
      subject: expect.stringMatching(/^(acme|beta)$/),
    });
  });

  it("convict one that names the policy which had room", () => {
    const [, denials] = verdicts(evidenceOf(decided(1), () => 0));
    expect(denials).toBe("fail");
  });

  it("convict one that gives each user the limit of the whole tenant", () => {
    const finding = withinBound().check(evidenceOf(decided(1, { counts: "tenants-by-user" }), asDenied));
    expect(finding.verdict, finding.summary).toBe("fail");
    expect(finding.witness).toMatchObject({ policy: "tenant" });
  });
});
