import { expect, test } from "vitest";
import { constant } from "./constant.ts";
import { seededRandom } from "./random.ts";
import { sticky } from "./sticky.ts";
import { zipfKeys } from "./zipf-keys.ts";

const load = constant({ ratePerSecond: 1_000, durationMs: 2_000, keys: zipfKeys({ tailKeys: 60 }) });
const replicasOf = (shift: number) =>
  new Map(
    [...sticky(load, { replicas: 3, shift }).arrivals(seededRandom(1))].map(({ key, replica }) => [
      key,
      replica,
    ]),
  );

test("a sticky load leads each key to one replica, and uses all of them", () => {
  const seen = new Map<string, Set<number | undefined>>();
  for (const { key, replica } of sticky(load, { replicas: 3 }).arrivals(seededRandom(1)))
    seen.set(key, (seen.get(key) ?? new Set()).add(replica));
  expect([...seen.values()].every((replicas) => replicas.size === 1)).toBe(true);
  expect(new Set(replicasOf(0).values())).toEqual(new Set([0, 1, 2]));
});

test("a shift leads every key to another replica", () => {
  const moved = replicasOf(1);
  for (const [key, replica] of replicasOf(0)) expect(moved.get(key)).toBe(((replica ?? 0) + 1) % 3);
});
