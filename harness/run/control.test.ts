import { expect, test } from "vitest";
import { controlKey } from "../history/control-key.ts";
import { constant } from "../load/constant.ts";
import { seededRandom } from "../load/random.ts";
import { withControl } from "./control.ts";

/** How many controls go along with two seconds of so many arrivals a second. */
function controlsAt(ratePerSecond: number): number {
  const load = withControl(constant({ ratePerSecond, durationMs: 2_000, keys: () => "a" }));
  return [...load.arrivals(seededRandom(1))].filter(({ key }) => key === controlKey).length;
}

test("one request in a hundred is a control where there are many", () => {
  expect(controlsAt(10_000)).toBe(200);
});

test("where there are few a control goes along every 30 ms or so, but never more often than arrivals come", () => {
  expect(controlsAt(300)).toBeGreaterThanOrEqual(58);
  expect(controlsAt(300)).toBeLessThanOrEqual(67);
  expect(controlsAt(5)).toBeLessThanOrEqual(10);
});

test("no key of a scenario may be taken for a control", () => {
  const load = withControl(constant({ ratePerSecond: 10, durationMs: 1_000, keys: () => controlKey }));
  expect(() => [...load.arrivals(seededRandom(1))]).toThrow(RangeError);
});
