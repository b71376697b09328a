import type { Result } from "../../harness/verdict/result.ts";
import { count, duration } from "./numerals.ts";

/** How well the load kept its schedule, one fact an item. */
export function loadFacts({ load, outcomes }: Result): readonly string[] {
  const { p50, p99, max } = load.sendLagMs;
  return [
    `${count(load.sent)} of ${count(load.offered)} scheduled requests sent`,
    `${count(load.achievedRatePerSecond)} a second`,
    `${count(load.dropped)} dropped`,
    `${count(outcomes.lost)} lost`,
    `send lag p50 ${duration(p50)}, p99 ${duration(p99)}, max ${duration(max)}`,
  ];
}
