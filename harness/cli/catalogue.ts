import { join } from "node:path";
import type { Mutant, Variant } from "../../limiter/variants/variant.ts";
import { discover, type Found, pick } from "../discover.ts";
import { isPath, thingInFile } from "../own-file.ts";
import { packageRoot } from "../package-root.ts";
import { Refusal } from "../refusal.ts";
import type { Scenario } from "../scenario.ts";

const scenarioParts = {
  about: "text",
  policies: "list",
  replicas: "number",
  phases: "function",
  checkers: "list",
} as const;
const variantParts = { about: "text", promises: "function", protect: "function" } as const;

/** Every scenario, by its file's name. */
export const listScenarios = (): Promise<Found<Scenario>[]> =>
  discover<Scenario>(join(packageRoot, "scenarios"), "scenario");

/** Every limiter that can be run, by its file's name. */
export const listVariants = (): Promise<Found<Variant>[]> =>
  discover<Variant>(join(packageRoot, "limiter", "variants"), "variant");

/** Every limiter with a seeded bug, by its file's name. */
export const listMutants = (): Promise<Found<Mutant>[]> =>
  discover<Mutant>(join(packageRoot, "limiter", "mutants"), "mutant");

/** A limiter to run, as the command line names it. */
export interface ChosenVariant {
  readonly name: string;
  readonly variant: Variant;
  /** What a gateway process is told to load: a file, and for a mutant whether its bug is on. */
  readonly gatewayArgs: readonly string[];
  /** Of a limiter that is none of ours. */
  readonly ownFile: string | null;
}

/**
 * The scenario called `name`, or that of a file of the caller's own. Throws a `Refusal` with the nearest name, or with
 * what is wrong with the file.
 */
export async function chooseScenario(name: string): Promise<Found<Scenario>> {
  if (isPath(name)) return thingInFile<Scenario>(name, "scenario", scenarioParts);
  return pick(await listScenarios(), name, "scenario");
}

/**
 * The variant called `name`, or that of a file of the caller's own, or the mutant: `NAME` runs its bug, `NAME:fixed` the
 * twin without it. Throws a `Refusal` with the nearest name, or with what is wrong with the file.
 */
export async function chooseVariant(name: string): Promise<ChosenVariant> {
  if (isPath(name)) {
    const own = await thingInFile<Variant>(name, "variant", variantParts);
    return { name: own.name, variant: own.thing, gatewayArgs: [own.file], ownFile: own.file };
  }
  const variants = await listVariants();
  const mutants = await listMutants();
  const [base = "", suffix, ...rest] = name.split(":");
  if (rest.length > 0 || (suffix !== undefined && suffix !== "fixed")) {
    throw new Refusal(`"${name}" is no variant: a mutant is NAME, its twin without the bug NAME:fixed.`);
  }
  const mutant = mutants.find((candidate) => candidate.name === base);
  if (mutant !== undefined) {
    const bug = suffix === undefined;
    const gatewayArgs = [mutant.file, bug ? "on" : "off"];
    return { name, variant: mutant.thing.variant({ bug }), gatewayArgs, ownFile: null };
  }
  const found = pick([...variants, ...(mutants as unknown as Found<Variant>[])], base, "variant");
  if (suffix !== undefined)
    throw new Refusal(`"${base}" is no mutant, so it has no fixed twin: say --variant ${base}.`);
  return { name, variant: found.thing, gatewayArgs: [found.file], ownFile: null };
}
