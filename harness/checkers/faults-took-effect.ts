import type { Evidence } from "../history/evidence.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";

/**
 * Passes when the effect of every fault was seen from outside, and its end too. It never fails: a fault that broke
 * nothing, or was never healed, blames no limiter, but what came of it proves nothing. Neither does a run in which
 * nothing was broken: whose scenario has this checker is about faults.
 */
export function faultsTookEffect(): Checker {
  return { name: "faults-took-effect", check: findingOf };
}

function findingOf({ history }: Evidence): Finding {
  const { faults, run } = history;
  const unseen = faults.filter(({ verified }) => verified === null);
  const unhealed = faults.filter(({ healed }) => healed === null);
  const named = ({ name, fromMs }: (typeof faults)[number]): string =>
    `${name} at ${((fromMs - run.originMs) / 1_000).toFixed(1)} s`;
  const doubts = [
    ...unseen.map((fault) => `${named(fault)} had no effect that was seen from outside`),
    ...unhealed.map((fault) => `${named(fault)} was not seen to be healed`),
  ];
  const base = {
    checker: "faults-took-effect",
    kind: "quality" as const,
    numbers: { faults: faults.length, unverified: unseen.length, unhealed: unhealed.length },
  };
  const [first, ...rest] = doubts;
  if (first !== undefined) return { ...base, verdict: "inconclusive", summary: first, notes: rest };
  if (faults.length === 0)
    return { ...base, verdict: "inconclusive", summary: "Nothing was broken, so nothing of it was seen" };
  return {
    ...base,
    verdict: "pass",
    summary:
      faults.length === 1
        ? `${faults[0]?.name ?? ""} was seen to take effect and to be healed`
        : `All ${faults.length} faults were seen to take effect and to be healed`,
    notes: faults.map(
      (fault) =>
        `${named(fault)} on ${fault.replicas.length === 1 ? "replica" : "replicas"} ${fault.replicas.join(", ")}: ${fault.verified}; healed: ${fault.healed}`,
    ),
  };
}
