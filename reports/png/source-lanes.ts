import type { Plugin } from "chart.js";
import type { Result } from "../../harness/verdict/result.ts";
import type { Recovery } from "../series/recoveries.ts";
import type { Slots } from "../series/slots.ts";
import type { Decider, ReplicaSources } from "../series/source-series.ts";
import { duration } from "../words/numerals.ts";
import { markFault, tintFault } from "./fault-band.ts";
import { family } from "./font.ts";
import { palette } from "./palette.ts";
import { type Chart, fitting, placeOf } from "./place.ts";

/** What the lanes show. */
export interface SourceLanes {
  readonly slots: Slots;
  readonly replicas: readonly ReplicaSources[];
  /** In the order in which their shares are stacked. */
  readonly shown: readonly Decider[];
  readonly faults: Result["faults"];
  readonly recoveries: readonly Recovery[];
}

/** One lane: room for the faults' labels above, then the shares. */
interface Lane {
  readonly top: number;
  readonly shares: number;
  readonly base: number;
}

/** Draws a lane a replica, filled with the shares of those who decided. */
export function sourceLanes(lanes: SourceLanes): Plugin {
  return {
    id: "source-lanes",
    afterDatasetsDraw: (chart) => {
      chart.ctx.save();
      const { top, bottom } = chart.chartArea;
      const height = (bottom - top) / lanes.replicas.length;
      for (const [index, sources] of lanes.replicas.entries()) {
        const laneTop = top + index * height + 6;
        const lane = { top: laneTop, shares: laneTop + 22, base: top + (index + 1) * height - 8 };
        drawName(chart, sources.replica, lane);
        drawShares(chart, sources, lanes, lane);
        drawFaults(chart, sources.replica, lanes.faults, lane);
        for (const recovery of lanes.recoveries)
          if (recovery.replica === sources.replica) drawRecovery(chart, recovery, lanes.faults, lane);
      }
      chart.ctx.restore();
    },
  };
}

function drawName({ ctx, chartArea }: Chart, replica: number, { shares, base }: Lane): void {
  ctx.font = `600 15px "${family}"`;
  ctx.fillStyle = palette.muted;
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  ctx.fillText(`replica ${replica}`, chartArea.left - 12, (shares + base) / 2);
}

function drawShares(
  chart: Chart,
  { counts }: ReplicaSources,
  { slots, shown }: SourceLanes,
  { shares, base }: Lane,
): void {
  for (let slot = 0; slot < slots.count; slot++) {
    const all = shown.reduce((sum, name) => sum + (counts[name][slot] ?? 0), 0);
    if (all === 0) continue;
    const fromMs = slots.fromMs + slot * slots.slotMs;
    const from = half(placeOf(chart, fromMs));
    const width = half(placeOf(chart, fromMs + slots.slotMs)) - from;
    let y = base;
    for (const name of shown) {
      const height = ((base - shares) * (counts[name][slot] ?? 0)) / all;
      chart.ctx.fillStyle = palette[name];
      chart.ctx.fillRect(from, y - height, width, height);
      y -= height;
    }
  }
}

function drawFaults(
  chart: Chart,
  replica: number,
  faults: Result["faults"],
  { top, shares, base }: Lane,
): void {
  for (const [index, fault] of faults.entries()) {
    if (!fault.replicas.includes(replica)) continue;
    tintFault(chart, fault, { index, top, height: shares - top });
    markFault(chart, fault, { index, top, height: base - top });
  }
}

/** From the end of healing to the first answer of Redis, with the time between. */
function drawRecovery(chart: Chart, recovery: Recovery, faults: Result["faults"], lane: Lane): void {
  const { outcome, fault, replica } = recovery;
  if (outcome.kind !== "back") return;
  const { ctx, chartArea } = chart;
  const at = placeOf(chart, outcome.atMs);
  const healed = placeOf(chart, faults[fault]?.untilMs ?? 0);
  const y = lane.top + 10;
  const next = faults
    .filter(({ atMs, replicas }) => atMs > outcome.atMs && replicas.includes(replica))
    .map(({ atMs }) => placeOf(chart, atMs));
  ctx.fillStyle = palette.ink;
  ctx.fillRect(at - 1, y - 5, 2, lane.base - y + 5);
  ctx.fillRect(healed, y - 0.5, Math.max(0, at - healed), 1);
  ctx.font = `600 13px "${family}"`;
  ctx.textAlign = "left";
  const after = duration(outcome.afterMs);
  const texts = outcome.afterMs === 0 ? ["back"] : [`back after ${after}`, `+${after}`];
  ctx.fillText(fitting(ctx, texts, Math.min(chartArea.right, ...next) - at - 8), at + 6, y);
}

/** Whole pixels of the picture, which has two a unit: no seam between neighbours. */
function half(value: number): number {
  return Math.round(value * 2) / 2;
}
