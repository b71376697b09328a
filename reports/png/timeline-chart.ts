import type { JudgedRun } from "../report-format.ts";
import { timeLine } from "../series/time-line.ts";
import { count, duration } from "../words/numerals.ts";
import { axis, type Line, secondsAxis, stepPoints } from "./axes.ts";
import type { Drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { runBands } from "./run-bands.ts";

/** What became of the requests over time, stacked up to what was offered. */
export function timelineChart({ result, history }: JudgedRun): Drawing {
  const { slots, offered, ...outcomes } = timeLine(history);
  const always = ["allowed", "denied", "lost"];
  const parts = Object.entries(outcomes).filter(
    ([name, counts]) => always.includes(name) || counts.some((many) => many > 0),
  );
  let below: readonly number[] = Array.from(offered, () => 0);
  const stack = parts.map(([name, counts], index): Line => {
    below = below.map((sum, slot) => sum + (counts[slot] ?? 0));
    const colour = palette[name as keyof typeof outcomes];
    return {
      label: name,
      data: stepPoints(slots, below),
      order: index + 1,
      fill: "origin",
      backgroundColor: colour,
      borderColor: colour,
      borderWidth: 0,
      pointRadius: 0,
      pointStyle: "rectRounded",
    };
  });
  const highest = offered.reduce((a, b) => Math.max(a, b), 1);
  const outline: Line = {
    label: "offered",
    data: stepPoints(slots, offered),
    order: 0,
    borderColor: palette.ink,
    backgroundColor: palette.ink,
    borderWidth: 1.25,
    pointRadius: 0,
    pointStyle: "line",
  };
  return {
    title: `Requests per ${duration(slots.slotMs)}`,
    config: {
      type: "line",
      data: { datasets: [outline, ...stack] },
      plugins: [runBands(result)],
      options: {
        parsing: false,
        elements: { line: { tension: 0 } },
        scales: {
          x: secondsAxis(slots),
          y: {
            min: 0,
            max: highest * (result.faults.length > 0 ? 1.2 : 1.06),
            ...axis(wholeNumber, "lines"),
          },
        },
      },
    },
  };
}

function wholeNumber(value: number | string): string | null {
  return Number.isInteger(value) ? count(Number(value)) : null;
}
