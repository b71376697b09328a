import type { Recovery, RecoveryOutcome } from "../series/recoveries.ts";
import { duration } from "./numerals.ts";
import { replicaList } from "./replica-list.ts";

/** What became of one replica: `back on Redis after 312 ms`. */
export function outcomeText(outcome: RecoveryOutcome): string {
  switch (outcome.kind) {
    case "back":
      return outcome.afterMs === 0
        ? "back on Redis before healing was done"
        : `back on Redis after ${duration(outcome.afterMs)}`;
    case "stayed":
      return "stayed on Redis";
    case "gone":
      return outcome.by === null
        ? "not seen back on Redis"
        : `not seen back on Redis before F${outcome.by + 1}`;
    case "unknown":
      return "not known: its answers do not say who decided";
  }
}

/** All replicas of one fault in one phrase; empty when nothing is known of any. */
export function recoveryText(recoveries: readonly Recovery[]): string {
  const known = recoveries.filter(({ outcome }) => outcome.kind !== "unknown");
  const alike = Map.groupBy(known, ({ outcome }) =>
    outcome.kind === "back" ? "back" : outcomeText(outcome),
  );
  const phrases = [...alike].map(([phrase, group]) => {
    const text = phrase === "back" ? backText(group) : phrase;
    return group.length === recoveries.length
      ? text
      : `${replicaList(group.map(({ replica }) => replica))} ${text}`;
  });
  return phrases.join(", ");
}

function backText(group: readonly Recovery[]): string {
  const after = group.flatMap(({ outcome }) => (outcome.kind === "back" ? [outcome.afterMs] : []));
  const [least, most] = [Math.min(...after), Math.max(...after)].map(duration);
  if (most === duration(0)) return "back on Redis before healing was done";
  return least === most ? `back on Redis after ${most}` : `back on Redis after ${least} to ${most}`;
}
