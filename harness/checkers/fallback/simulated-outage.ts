import type { Fallback, FallbackAlgorithm } from "../../../limiter/fallback/fallback.ts";
import { type Dice, dice, type Incident, WINDOW_US } from "../../../limiter/fallback/simulation/incident.ts";
import {
  type Outcome,
  runIncident,
  type Subject,
} from "../../../limiter/fallback/simulation/run-incident.ts";
import type { Promised, Promises } from "../../../limiter/promised.ts";
import type { Evidence } from "../../history/evidence.ts";
import { type EvidenceOptions, evidenceFromRows, type Row } from "../../history/evidence-from-rows.ts";
import type { FaultRecord } from "../../history/history.ts";

/** Test support: an incident as clients and the nemesis see it, and what happened in truth. */
export interface SeenIncident {
  readonly evidence: Evidence;
  readonly outcome: Outcome;
}

/** How much of an incident is seen, in milliseconds. */
export interface Sight {
  /** Longest way to the gateway, and longest way back. @default 0.2 */
  readonly latencyMs?: number;
  /** How long before and after its true instant a cut may seem to begin and end. @default 0.1 */
  readonly faultMs?: number;
}

/**
 * Test support: plays `story` with `subject`, and records every reply of Redis and every decision of a replica alone in
 * an interval that holds it. What Redis charged and never answered is among the rows only as the replica's own decision.
 */
export function seenIncident(
  story: Incident,
  subject: Subject,
  algorithm: FallbackAlgorithm,
  seed: number,
  {
    latencyMs = 0.2,
    faultMs = 0.1,
    ...options
  }: Sight & Partial<EvidenceOptions> & { share?: "equal" | "observed" } = {},
): SeenIncident {
  const roll = dice(seed ^ 0x3c6ef372);
  const rows: Row[] = [];
  const asked = arrivalsByInstant(story);
  const note = (row: Omit<Row, "sentMs" | "receivedMs">, fromUs: number, untilUs: number): void => {
    const sentMs = fromUs / 1_000 - roll.share() * latencyMs;
    rows.push({ ...row, sentMs, receivedMs: untilUs / 1_000 + roll.share() * latencyMs });
  };
  const watched: Subject = {
    ...subject,
    replica: (index) => watchedFallback(subject.replica(index), index, story, asked, note),
  };
  const outcome = runIncident(story, watched, seed);
  const { limit, burst, deadlineUs, probeUs, repairUs, delayUs } = story;
  const policy = { name: "simulated", limit, burst, windowMs: WINDOW_US / 1_000 };
  const declared = {
    kind: "local",
    share: options.share ?? "equal",
    writesBack: false,
    deadlineMs: deadlineUs / 1_000,
    probeIntervalMs: probeUs / 1_000 + 2,
    mergesWithinMs: repairUs / 1_000,
    holdsBackMs: (probeUs + 2 * deadlineUs + 2 * delayUs + repairUs) / 1_000,
  } as const;
  const upper = promisedBy(algorithm, story);
  const promises: Partial<Promises> = { upper, lower: upper, withoutRedis: declared };
  const evidence = evidenceFromRows({
    policy,
    promises,
    rows,
    epochOffsetMs: { atLeast: 0, atMost: 0 },
    faults: story.cuts.map((cut) => faultOf(cut, roll, faultMs)),
    // What was under way when a cut began was decided before it or never.
    quiescences: story.cuts.flatMap(({ untilUs, replicas }) =>
      [...replicas].map((replica) => ({ replica, atMs: (untilUs + deadlineUs) / 1_000 })),
    ),
    lives: Array.from({ length: story.replicas }, (_, replica) => ({ replica, fromMs: -1, untilMs: null })),
    ...options,
  });
  return { evidence, outcome };
}

function promisedBy(algorithm: FallbackAlgorithm, { limit, burst }: Incident): Promised {
  const windowMs = WINDOW_US / 1_000;
  switch (algorithm) {
    case "sliding-log":
      return { kind: "window", limit, windowMs };
    case "sliding-counter":
      return { kind: "two-counters", limit, windowMs };
    case "fixed-window":
      return { kind: "fixed", limit, windowMs, phase: "epoch" };
    case "gcra":
      return { kind: "rate", burst, limit, windowMs };
  }
}

function faultOf(
  { fromUs, untilUs, replicas }: Incident["cuts"][number],
  roll: Dice,
  faultMs: number,
): FaultRecord {
  const [early, late, soon, done] = Array.from({ length: 4 }, () => roll.share() * faultMs);
  return {
    name: "redis-down",
    legend: "Redis cannot be reached",
    replicas: [...replicas],
    fromMs: fromUs / 1_000 - (early ?? 0),
    injectedMs: fromUs / 1_000 + (late ?? 0),
    healingMs: untilUs / 1_000 - (soon ?? 0),
    untilMs: untilUs / 1_000 + (done ?? 0),
    losesState: "none",
    cutsOff: true,
    verified: "refused",
    healed: "answered",
  };
}

/** Costs of the arrivals at one instant, replica and key; the highest first. */
type Asked = ReadonlyMap<string, number>;

function arrivalsByInstant({ arrivals }: Incident): Asked {
  const asked = new Map<string, number>();
  for (const { atUs, replica, key, cost } of arrivals) {
    const place = `${atUs} ${replica} ${key}`;
    asked.set(place, Math.max(asked.get(place) ?? 0, cost));
  }
  return asked;
}

type Note = (row: Omit<Row, "sentMs" | "receivedMs">, fromUs: number, untilUs: number) => void;

/** `own`, with every answer that it hears of or gives noted. */
function watchedFallback(
  own: Fallback,
  replica: number,
  { deadlineUs }: Incident,
  asked: Asked,
  note: Note,
): Fallback {
  /** A decision at another instant than its arrival's had waited for Redis. */
  const began = (key: string, nowUs: number): number =>
    asked.has(`${nowUs} ${replica} ${key}`) ? nowUs : nowUs - deadlineUs;
  const alone = (key: string, cost: number, nowUs: number, allowed: boolean): void =>
    note(
      { subject: key, replica, cost, source: "local", outcome: allowed ? "allowed" : "denied" },
      began(key, nowUs),
      nowUs,
    );
  return {
    get phase() {
      return own.phase;
    },
    get share() {
      return own.share;
    },
    get keys() {
      return own.keys;
    },
    learn(key, reply) {
      const { admitted, sentUs, receivedUs } = reply;
      const cost = admitted > 0 ? admitted : (asked.get(`${sentUs} ${replica} ${key}`) ?? 1);
      const outcome = admitted > 0 ? "allowed" : "denied";
      note({ subject: key, replica, cost, source: "redis", outcome }, sentUs, receivedUs);
      own.learn(key, reply);
    },
    refunded: own.refunded.bind(own),
    reset: own.reset.bind(own),
    decide(key, cost, nowUs) {
      const decision = own.decide(key, cost, nowUs);
      alone(key, cost, nowUs, decision.allowed);
      return decision;
    },
    gate(key, cost, nowUs) {
      const decision = own.gate(key, cost, nowUs);
      if (!decision.allowed) alone(key, cost, nowUs, false);
      return decision;
    },
    lost: (nowUs, sentUs) => own.lost(nowUs, sentUs),
    waitUs: (key, cost, nowUs) => own.waitUs(key, cost, nowUs),
    remaining: (key, nowUs) => own.remaining(key, nowUs),
    admit: (key, cost, nowUs, ledger) => own.admit(key, cost, nowUs, ledger),
    release: (key, cost, ledger) => own.release(key, cost, ledger),
    undo: (key, cost, sinceUs, nowUs) => own.undo(key, cost, sinceUs, nowUs),
    recovered: (nowUs) => own.recovered(nowUs),
    repairs: (nowUs, atMostKeys) => own.repairs(nowUs, atMostKeys),
    putBack: (batch) => own.putBack(batch),
    forget: (nowUs) => own.forget(nowUs),
    everything: (nowUs, atMostKeys) => own.everything(nowUs, atMostKeys),
  };
}
