import type { Result } from "../../harness/verdict/result.ts";
import { faultLabels } from "../words/fault-labels.ts";
import { family } from "./font.ts";
import { palette } from "./palette.ts";
import { type Chart, fitting, placeOf } from "./place.ts";

type Fault = Result["faults"][number];

/** Which part of the picture a fault's band takes, and the fault's place in the schedule. */
export interface BandPlace {
  readonly index: number;
  readonly top: number;
  readonly height: number;
}

/** Tints what the fault covers: fully while it was in force, fading while it was injected and healed. */
export function tintFault(chart: Chart, fault: Fault, { index, top, height }: BandPlace): void {
  const { from, until } = edges(chart, fault);
  if (until <= from) return;
  chart.ctx.save();
  fillWithRamp(chart, fault, `${faultColour(index)}29`);
  chart.ctx.fillRect(from, top, until - from, height);
  chart.ctx.restore();
}

/** A bar along the top with the fault's number and name, and its edges down to the axis. */
export function markFault(chart: Chart, fault: Fault, { index, top, height }: BandPlace): void {
  const { from, injected, healing, until } = edges(chart, fault);
  if (until <= from) return;
  const { ctx } = chart;
  ctx.save();
  fillWithRamp(chart, fault, `${faultColour(index)}ff`);
  ctx.fillRect(from, top, until - from, 3);
  ctx.fillStyle = faultColour(index);
  for (const edge of [injected, healing]) ctx.fillRect(edge - 0.5, top, 1, height);
  ctx.font = `600 13px "${family}"`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const text = fitting(ctx, faultLabels(fault, index), healing - injected - 12);
  if (text !== "") {
    ctx.fillRect(injected, top, ctx.measureText(text).width + 12, 20);
    ctx.fillStyle = palette.paper;
    ctx.fillText(text, injected + 6, top + 11);
  }
  ctx.restore();
}

function edges(
  chart: Chart,
  { atMs, injectedMs, healingMs, untilMs }: Fault,
): Record<"from" | "injected" | "healing" | "until", number> {
  return {
    from: placeOf(chart, atMs),
    injected: placeOf(chart, injectedMs),
    healing: placeOf(chart, healingMs),
    until: placeOf(chart, untilMs),
  };
}

/** What is filled next goes from nothing to `colour` (eight digits) and back. */
function fillWithRamp(chart: Chart, fault: Fault, colour: string): void {
  const { from, injected, healing, until } = edges(chart, fault);
  const share = (x: number) => Math.min(1, Math.max(0, (x - from) / (until - from)));
  const gradient = chart.ctx.createLinearGradient(from, 0, until, 0);
  gradient.addColorStop(0, `${colour.slice(0, 7)}00`);
  gradient.addColorStop(share(injected), colour);
  gradient.addColorStop(Math.max(share(injected), share(healing)), colour);
  gradient.addColorStop(1, `${colour.slice(0, 7)}00`);
  chart.ctx.fillStyle = gradient;
}

function faultColour(index: number): string {
  return palette.faults[index % palette.faults.length] ?? palette.ink;
}
