import { join } from "node:path";
import type { Variant } from "../../limiter/variants/variant.ts";
import { isInstalled, packageRoot } from "../package-root.ts";
import { startGateways } from "../system/gateways.ts";
import { redisFor } from "./redis-for.ts";
import type { Target } from "./target.ts";
import { waysFor } from "./ways-for.ts";

/** A limiter that we put into gateways of our own. */
export interface StartedGatewaysOptions {
  readonly name: string;
  readonly variant: Variant;
  /** What each gateway process is told to load: a file, and for a mutant whether its bug is on. */
  readonly gatewayArgs: readonly string[];
}

const program = join(packageRoot, "harness", "targets", `gateway.${isInstalled ? "js" : "ts"}`);

/** Gateways that a run starts, in front of a Redis that it provides unless one is given. */
export function startedGateways({ name, variant, gatewayArgs }: StartedGatewaysOptions): Target {
  return {
    name,
    promises: variant.promises,
    gives: ["own-gateways", "node-gateways"],
    redis: redisFor,
    ways: async (order, redis) => (redis === null ? null : waysFor(order, redis)),
    async gateways({ policies, replicas, runFolder, onStep }, { runId, redis, ways, steering }) {
      const redisUrl = ways?.url ?? (() => redis?.url ?? "");
      onStep(`starting ${replicas} gateways with ${name}`);
      return startGateways({
        command: process.execPath,
        args: [program, ...gatewayArgs],
        env: { RATE_KEY_PREFIX: `gatecrash-${runId}` },
        replicas,
        policies,
        redisUrl,
        ...(steering === null ? {} : { steering }),
        runFolder,
      });
    },
  };
}
