import type { Result } from "../../harness/verdict/result.ts";
import { cut, plain } from "./plain.ts";

/** What a fault's band may be labelled with, the longest first: `F1 redis-down`, `F2 redis-latency (not seen)`, `F2?`. */
export function faultLabels(
  { name, verified }: Result["faults"][number],
  index: number,
): readonly [string, string] {
  const mark = `F${index + 1}`;
  const named = `${mark} ${cut(plain(name), 24)}`;
  return verified === null ? [`${named} (not seen)`, `${mark}?`] : [named, mark];
}
