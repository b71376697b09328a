import type { ProbeAnswer } from "./redis-probe.ts";

/** Lowest and highest time of the answers: `41.2 to 43.0 ms`. */
export function tookWords(answers: readonly ProbeAnswer[]): string {
  const times = answers.map(({ tookMs }) => tookMs);
  const least = msWords(Math.min(...times));
  const most = msWords(Math.max(...times));
  return least === most ? `${most} ms` : `${least} to ${most} ms`;
}

/** Their numbers: `replica 0`, `replicas 0, 1, 2`. */
export function replicaWords(ones: readonly { readonly replica: number }[]): string {
  const numbers = ones.map(({ replica }) => replica).join(", ");
  return `${ones.length === 1 ? "replica" : "replicas"} ${numbers}`;
}

/** The different kinds of outcome that are no reply: `refused`, `closed or reset`. */
export function kindWords(answers: readonly ProbeAnswer[]): string {
  return [...new Set(answers.map(({ kind }) => kind))].sort().join(" or ");
}

/** Where a fault works on a share of the connections only: ` on 30 % of the connections`; else nothing. */
export function shareWords(share: number): string {
  return share === 1 ? "" : ` on ${Math.round(share * 1_000) / 10} % of the connections`;
}

function msWords(ms: number): string {
  return ms.toFixed(1);
}
