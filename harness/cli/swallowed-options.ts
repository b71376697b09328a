import type { Argument, Command, Option } from "commander";
import { Refusal } from "../refusal.ts";

/** The environment as npm hands it to a script. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `npm run scenario burst --rate=5` hands `--rate` to npm, which turns it into `npm_config_rate` and drops it.
 * Throws a `Refusal` with the right spelling when that happened to options of the command in `args`. Of
 * `--rate 5` npm keeps no value and makes an argument of it: then neither is claimed to be known.
 */
export function refuseSwallowedOptions(
  program: Command,
  args: readonly string[],
  environment: Environment,
): void {
  const [script, command] = startedBy(program, args, environment);
  if (script === null || command === null) return;
  const swallowed = command.options.flatMap((option) => swallowedOf(option, environment));
  if (swallowed.length === 0) return;
  const names = [...new Set(swallowed.map(({ name }) => name))].join(" and ");
  const isWhole = swallowed.every(({ isKnown }) => isKnown);
  const typed = isWhole ? args.slice(1).map(quoted) : command.registeredArguments.map(placeholder);
  const behind = typed.findIndex((word) => word.startsWith("-"));
  const before = behind === -1 ? typed : typed.slice(0, behind);
  const options = [...(behind === -1 ? [] : typed.slice(behind)), ...swallowed.map(({ spelled }) => spelled)];
  // What a script of another name has in itself was not typed.
  const words = script === command.name() ? before : [];
  throw new Refusal(
    `npm kept ${names} for itself; put options behind two dashes: ${["npm run", script, ...words, "--", ...options].join(" ")}`,
  );
}

/**
 * Where npm may have kept `--quiet`, which it takes for a log level of its own that a `.npmrc` can say as well: one
 * sentence, else `null`. Nobody is refused for it.
 */
export function perhapsSwallowed(
  program: Command,
  args: readonly string[],
  environment: Environment,
): string | null {
  const [script, command] = startedBy(program, args, environment);
  const takesQuiet = command?.options.some(({ long }) => long === "--quiet") === true;
  if (script !== command?.name() || !takesQuiet || environment.npm_config_loglevel !== "warn") return null;
  return args.includes("--quiet")
    ? null
    : "If you typed --quiet, npm kept it for itself: ours is -- --quiet.";
}

/** The script of npm that we are in, and the command that it starts; npx hands on what stands behind its name. */
function startedBy(
  program: Command,
  args: readonly string[],
  { npm_lifecycle_event: script = "npx" }: Environment,
): readonly [string | null, Command | null] {
  const command = program.commands.find((candidate) => candidate.name() === args[0]) ?? null;
  return [script === "npx" ? null : script, command];
}

/** One option that npm kept, as it is to be typed. */
interface Swallowed {
  readonly name: string;
  readonly spelled: string;
  readonly isKnown: boolean;
}

function swallowedOf(option: Option, environment: Environment): readonly Swallowed[] {
  const { long: name, flags } = option;
  const key = option.attributeName().replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const value = environment[`npm_config_${key}`];
  if (name == null || value === undefined || npmOwn.has(key)) return [];
  if (!option.required) {
    const isMeant = option.negate ? value === "" : value !== "";
    return isMeant ? [{ name, spelled: name, isKnown: true }] : [];
  }
  // What was given several times stands there with empty lines in between.
  return value.split("\n\n").map((each) => {
    const isKnown = each !== "true" && each !== "";
    return { name, isKnown, spelled: isKnown ? `${name} ${quoted(each)}` : flags };
  });
}

/** Options that npm has for itself, and a value whether or not somebody typed them; without ours nothing is run by them. */
const npmOwn: ReadonlySet<string> = new Set(["help", "version", "allow_remote"]);

function placeholder(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function quoted(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
