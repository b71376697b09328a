// biome-ignore-all lint/performance/noBarrelFile: the entry of the installed package
export type { Policy } from "../limiter/policy.ts";
export type { Promised, Promises, PromisesOf, WithoutRedisPromise } from "../limiter/promised.ts";
export type { GatewayContext, Mutant, Protected, Variant } from "../limiter/variants/variant.ts";
export type { Finding, FindingVerdict, Triple, Witness } from "./verdict/finding.ts";
export type { GateResult, Result, Verdict } from "./verdict/result.ts";

/**
 * Runs one command line, as `npx gatecrash` would: `await gatecrash(["scenario", "burst", "--seed", "7"])`. Resolves to
 * its exit code; rejects only if Gatecrash itself failed.
 */
export async function gatecrash(args: readonly string[]): Promise<number> {
  // Not sooner: every gateway of a variant that takes a type from here would load all of it.
  const { main } = await import("./cli/main.ts");
  return main(args);
}
