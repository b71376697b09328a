import type { JudgedRun } from "../report-format.ts";
import { recoveries } from "../series/recoveries.ts";
import { duration } from "./numerals.ts";
import { plain } from "./plain.ts";
import { recoveryText } from "./recovery-text.ts";
import { replicaList } from "./replica-list.ts";

/** One fault in one line: `F1`, its name, and the rest of the sentence. */
export interface FaultLine {
  readonly mark: string;
  readonly name: string;
  /** `on replicas 0–2 from 8 s to 14 s: refused after 0.2 ms; back on Redis after 312 ms`. */
  readonly story: string;
  /** It was seen to be in force, and seen to be healed. */
  readonly isSeen: boolean;
}

/** The story of every fault, in the order of the schedule. */
export function faultLines(run: JudgedRun): readonly FaultLine[] {
  const all = recoveries(run);
  return run.result.faults.map(({ name, replicas, injectedMs, healingMs, verified, healed }, index) => {
    const back = recoveryText(all.filter(({ fault }) => fault === index));
    const seen = [
      verified === null ? "its effect was not seen" : plain(verified, 160),
      ...(healed === null ? ["it was not seen to be healed"] : []),
      ...(back === "" ? [] : [back]),
    ];
    return {
      mark: `F${index + 1}`,
      name: plain(name, 60),
      story: `on ${replicaList(replicas)} from ${duration(injectedMs)} to ${duration(healingMs)}: ${seen.join("; ")}`,
      isSeen: verified !== null && healed !== null,
    };
  });
}
