import type { Row } from "../../history/evidence-from-rows.ts";
import type { ReplicaLife, Scrape } from "../../history/history.ts";

/** A request, and when a gateway counted it as what. */
export interface CountedRow extends Row {
  /** Infinity: never, although it may have been decided. */
  readonly countedMs: number;
  /** @default the outcome of the row */
  readonly countedAs?: "allowed" | "denied" | "unavailable";
  /** @default that of the row */
  readonly countedSource?: "redis" | "local";
  /** Times that it is counted as throttled. @default 1 for a denial */
  readonly throttles?: number;
  /** What the histogram is told, in seconds. @default half of what the request took */
  readonly seconds?: number;
}

/** When a gateway is read: the text holds what was counted at `atMs`. */
export interface ReadAt {
  readonly replica?: number;
  readonly requestedMs: number;
  readonly atMs: number;
  readonly receivedMs: number;
}

/** Test support: what gateways that count `rows` as these say would tell at `reads`; every life counts from zero. */
export function scrapesOf(
  rows: readonly CountedRow[],
  reads: readonly ReadAt[],
  lives: readonly ReplicaLife[] = [],
): Scrape[] {
  return reads.map(({ replica = 0, requestedMs, atMs, receivedMs }) => {
    const life = lives.findLast((one) => one.replica === replica && one.fromMs <= atMs);
    const fromMs = life?.fromMs ?? Number.NEGATIVE_INFINITY;
    const own = rows.filter(
      (row) => (row.replica ?? 0) === replica && row.countedMs >= fromMs && row.countedMs <= atMs,
    );
    return { replica, requestedMs, receivedMs, text: textOf(own) };
  });
}

const bounds = [0.001, 0.01, 0.1];

function textOf(rows: readonly CountedRow[]): string {
  // As prom-client does: a series that was declared is told before anything is counted in it.
  const decisions = new Map<string, number>([[`policy="p",outcome="allowed",source="redis"`, 0]]);
  let throttled = 0;
  for (const row of rows) {
    const outcome = countedAs(row);
    const source = row.countedSource ?? (row.source === "local" ? "local" : "redis");
    const id = `policy="p",outcome="${outcome}",source="${source}"`;
    decisions.set(id, (decisions.get(id) ?? 0) + 1);
    throttled += row.throttles ?? (outcome === "denied" ? 1 : 0);
  }
  const seconds = rows.map(secondsOf);
  const within = (bound: number): number => seconds.filter((one) => one <= bound).length;
  const name = "rate_limiter_decision_duration_seconds";
  return [
    "# TYPE rate_limiter_decisions_total counter",

    ...[...decisions].map(([labels, count]) => `rate_limiter_decisions_total{${labels}} ${count}`),
    `rate_limiter_throttled_total{policy="p"} ${throttled}`,
    `# TYPE ${name} histogram`,
    ...bounds.map((bound) => `${name}_bucket{le="${bound}"} ${within(bound)}`),
    `${name}_bucket{le="+Inf"} ${rows.length}`,
    `${name}_sum ${seconds.reduce((sum, one) => sum + one, 0)}`,
    `${name}_count ${rows.length}`,
    "",
  ].join("\n");
}

function countedAs({ countedAs: as, outcome }: CountedRow): string {
  if (as !== undefined) return as;
  return outcome === "denied" || outcome === "unavailable" ? outcome : "allowed";
}

function secondsOf({ seconds, sentMs, receivedMs = Number.NaN }: CountedRow): number {
  return seconds ?? (Number.isNaN(receivedMs) ? 0.05 : (receivedMs - sentMs) / 2_000);
}
