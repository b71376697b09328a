import type { PromisesOf } from "../../limiter/promised.ts";
import { redactedCommand } from "../redacted.ts";
import { TargetRefusal } from "../refusal.ts";
import { startGateways } from "../system/gateways.ts";
import { contractMistake } from "./contract-mistake.ts";
import { redisFor } from "./redis-for.ts";
import type { Spoken, Target } from "./target.ts";
import { waysFor } from "./ways-for.ts";

/** A program of the user's that speaks the gateway contract. */
export interface CommandGatewaysOptions {
  /** As it would be typed into a shell; it stays in the foreground. */
  readonly command: string;
  /** Where it is started. */
  readonly cwd: string;
  /** What its limiter is said to promise. */
  readonly promises: PromisesOf;
  /** How long each replica may take until it is ready. */
  readonly readyWithinMs: number;
  /** @default as the gateway contract says */
  readonly spoken?: Spoken;
}

/**
 * Replicas of any program, in any language, each with the variables of the gateway contract in its environment. A run
 * starts them in front of a Redis that it provides unless one is given, and ends them with all their children. A
 * `TargetRefusal` says which of them does not speak the contract.
 */
export function commandGateways({
  command,
  cwd,
  promises,
  readyWithinMs,
  spoken: { keyHeader, metrics } = {},
}: CommandGatewaysOptions): Target {
  return {
    name: "command",
    promises,
    ...(keyHeader === undefined ? {} : { keyHeader }),
    ...(metrics === undefined ? {} : { metrics: { names: metrics, asked: "by-us-alone" } }),
    gives: runsNode(command) ? ["own-gateways", "node-gateways"] : ["own-gateways"],
    redis: redisFor,
    ways: async (order, redis) => (redis === null ? null : waysFor(order, redis)),
    async gateways({ policies, replicas, runFolder, onStep }, { runId, redis, ways, steering }) {
      const redisUrl = ways?.url ?? (() => redis?.url ?? "");
      onStep(
        `starting ${replicas === 1 ? "one gateway" : `${replicas} gateways`} with ${redactedCommand(command)}`,
      );
      const gateways = await startGateways({
        command: "/bin/sh",
        args: ["-c", command],
        program: "foreign",
        cwd,
        replicas,
        policies,
        redisUrl,
        readyWithinMs,
        ...(steering === null ? {} : { steering }),
        runFolder,
      });
      const { endpoints } = gateways;
      const mistake = await contractMistake({ endpoints, runId, policies, keyHeader });
      if (mistake === null) return gateways;
      await gateways[Symbol.asyncDispose]();
      throw new TargetRefusal(mistake);
    },
  };
}

/** Whether faults may act inside of it: the program that is typed first is Node. */
function runsNode(command: string): boolean {
  return /^\s*(?:exec\s+)?(?:\S*\/)?node(?:\.exe)?\s/.test(command);
}
