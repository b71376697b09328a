import type { KeyChooser } from "./load/key-chooser.ts";
import { ramp } from "./load/ramp.ts";
import { zipfKeys } from "./load/zipf-keys.ts";
import type { Phase, ScenarioRequest } from "./scenario.ts";

/**
 * Requests that each gateway answers before anything is measured. The engine that runs Node compiles the HTTP path
 * after some ten thousand requests, on all gateways at the same moment, and that stalls two cores for a while.
 */
const warmupRequests = 14_000;

/**
 * Gateways that have not yet been asked are slow for other reasons than those that a scenario is about. `keys` are those
 * of the ramp.
 */
export function warmUp(
  { replicas, ratePerSecond }: ScenarioRequest,
  keys: KeyChooser = zipfKeys({
    hot: [{ key: "ramp-hot", share: 0.4 }],
    tailKeys: 2_000,
    prefix: "ramp-tail-",
  }),
): readonly Phase[] {
  return [
    {
      name: "warmup",
      role: "warmup",
      saturate: {
        requests: warmupRequests * replicas,
        connections: 16 * replicas,
        atMostMs: 8_000,
        keys: [
          { key: "warmup-hot", share: 0.8 },
          { key: "warmup-cool", share: 0.2 },
        ],
      },
    },
    {
      name: "ramp",
      role: "warmup",
      load: ramp({
        fromRatePerSecond: Math.max(1, ratePerSecond / 10),
        toRatePerSecond: ratePerSecond,
        durationMs: 1_500,
        keys,
      }),
    },
  ];
}
