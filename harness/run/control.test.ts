import { expect, test } from "vitest";
import { controlKey } from "../history/control-key.ts";
import { constant } from "../load/constant.ts";
import { seededRandom } from "../load/random.ts";
import { withControl } from "./control.ts";

function mixed(ratePerSecond: number) {
  const load = constant({ ratePerSecond, durationMs: 1_000, keys: () => "somebody" });
  return [...withControl(load).arrivals(seededRandom(1))];
}

test("a control goes along with every hundredth arrival, at the same instant", () => {
  const arrivals = mixed(10_000);
  const controls = arrivals.flatMap(({ key }, i) => (key === controlKey ? [i] : []));
  expect(controls.length).toBe(101);
  for (const at of controls) expect(arrivals[at]?.atMs).toBe(arrivals[at - 1]?.atMs);
});

test("a load of few requests has enough of them to tell a percentile", () => {
  const count = (ratePerSecond: number) =>
    mixed(ratePerSecond).filter(({ key }) => key === controlKey).length;
  expect(count(200)).toBeGreaterThanOrEqual(25);
  expect(count(10)).toBe(10);
});

test("no key of a scenario may be the controls' own", () => {
  const load = constant({ ratePerSecond: 10, durationMs: 1_000, keys: () => controlKey });
  expect(() => [...withControl(load).arrivals(seededRandom(1))]).toThrow(RangeError);
});
