import { poisson } from "../../load/poisson.ts";
import type { KeyShare } from "../../load/weighted-keys.ts";
import { zipfKeys } from "../../load/zipf-keys.ts";
import { withControl } from "../../run/control.ts";
import type { Phase } from "../../scenario.ts";

/** A part of a block; each is sent, and its cost read, by itself. */
export type BlockPart = readonly [Phase];

/** Length of the paced part, in milliseconds. */
const pacedMs = 2_000;
/** Length of the saturating part, in milliseconds. */
const saturatedMs = 1_000;
/** More than a gateway answers in that time. */
const saturatingRequests = 40_000;
const connections = 64;
/** The engine that runs Node compiles the HTTP path after some ten thousand requests. */
const warmupRequests = 14_000;

const hotAndWarm: readonly KeyShare[] = [
  { key: "hot", share: 0.4 },
  { key: "warm", share: 0.3 },
  { key: "cool", share: 0.3 },
];

/** A steady load on a hot key and a long tail, with controls along: what costs are measured under. */
export function pacedPart(ratePerSecond: number): BlockPart {
  const keys = zipfKeys({ hot: [{ key: "hot", share: 0.4 }], tailKeys: 2_000 });
  return [{ name: "paced", load: withControl(poisson({ ratePerSecond, durationMs: pacedMs, keys })) }];
}

/** As fast as one gateway answers: how many decisions a second it makes. */
export const saturatingPart: BlockPart = [
  {
    name: "saturated",
    saturate: { requests: saturatingRequests, connections, atMostMs: saturatedMs, keys: hotAndWarm },
  },
];

/** What a gateway answers before any of it is measured. */
export const warmupPart: BlockPart = [
  {
    name: "warmup",
    role: "warmup",
    saturate: { requests: warmupRequests, connections, atMostMs: 10_000, keys: hotAndWarm },
  },
];
