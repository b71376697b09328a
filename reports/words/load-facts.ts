import type { Result } from "../../harness/verdict/result.ts";
import { count, duration } from "./numerals.ts";

/** How well the load kept its schedule, one fact an item: all of the judged, paced phases. */
export function loadFacts({ load, phases }: Result): readonly string[] {
  const { p50, p99, max } = load.sendLagMs;
  const measured = phases.filter(({ model, role }) => model === "open" && role === "judged");
  const lost = measured.reduce((sum, { outcomes }) => sum + outcomes.lost, 0);
  return [
    `${count(load.sent)} of ${count(load.offered)} scheduled requests sent`,
    `${count(load.achievedRatePerSecond)} a second`,
    `${count(load.dropped)} dropped`,
    `${count(lost)} lost`,
    `send lag p50 ${duration(p50)}, p99 ${duration(p99)}, max ${duration(max)}`,
  ];
}
