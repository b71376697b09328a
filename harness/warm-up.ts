import type { KeyChooser } from "./load/key-chooser.ts";
import { ramp } from "./load/ramp.ts";
import type { KeyShare } from "./load/weighted-keys.ts";
import { zipfKeys } from "./load/zipf-keys.ts";
import type { Phase, ScenarioRequest } from "./scenario.ts";

/**
 * Requests that each gateway answers before anything is measured. The engine that runs Node compiles the HTTP path
 * after some ten thousand requests, on all gateways at the same moment, and that stalls two cores for a while.
 */
const warmupRequests = 14_000;

/** Who asks meanwhile. */
export interface WarmUpOptions {
  /** Of the saturating part; adding up to 1. @default a hot key and a cool one */
  readonly saturating?: readonly KeyShare[];
  /** Of the ramp. @default a hot key and a long tail of its own */
  readonly ramping?: KeyChooser;
}

/** Gateways that have not yet been asked are slow for other reasons than those that a scenario is about. */
export function warmUp(
  { replicas, ratePerSecond }: ScenarioRequest,
  { saturating = hotAndCool, ramping = rampKeys }: WarmUpOptions = {},
): readonly Phase[] {
  return [
    {
      name: "warmup",
      role: "warmup",
      saturate: {
        requests: warmupRequests * replicas,
        connections: 16 * replicas,
        atMostMs: 8_000,
        keys: saturating,
      },
    },
    {
      name: "ramp",
      role: "warmup",
      load: ramp({
        fromRatePerSecond: Math.max(1, ratePerSecond / 10),
        toRatePerSecond: ratePerSecond,
        durationMs: 1_500,
        keys: ramping,
      }),
    },
  ];
}

const hotAndCool: readonly KeyShare[] = [
  { key: "warmup-hot", share: 0.8 },
  { key: "warmup-cool", share: 0.2 },
];
const rampKeys = zipfKeys({
  hot: [{ key: "ramp-hot", share: 0.4 }],
  tailKeys: 2_000,
  prefix: "ramp-tail-",
});
