import type { Command } from "commander";
import type { Policy } from "../../limiter/policy.ts";
import { redactedCommand } from "../redacted.ts";
import { Refusal } from "../refusal.ts";
import { commandGateways } from "../targets/command-gateways.ts";
import { declaredPromises } from "../targets/declared-promises.ts";
import { callersFolder } from "../where-typed.ts";
import {
  type DeclaredOptions,
  declarationOf,
  declaredPolicy,
  declaredSpelled,
  type ForeignChoice,
  spokenWith,
} from "./declared-options.ts";
import { durationMs, wholeNumber } from "./duration.ts";

/** The options about a program of the user's, as commander hands them over. */
export interface CommandOptions extends DeclaredOptions {
  readonly command?: string;
  readonly readyWithin?: string;
}

/** Options of the same command that concern the same program. */
interface BesideOptions {
  readonly variant?: string;
  readonly replicas?: string;
}

/** What a scenario has where the command line says nothing. */
interface Usual {
  readonly policies: readonly Policy[];
  readonly replicas: number;
}

/** Adds `--command` and its companion to `command`. */
export function addCommandOptions(command: Command): Command {
  return command
    .option("--command <program>", "starts replicas of any program that speaks the gateway contract")
    .option("--ready-within <time>", "with --command: until each replica is ready (default: 20s)");
}

/** What was asked for; `null` without `--command`. Throws a `Refusal` for what makes no sense. */
export function commandChoice(options: CommandOptions & BesideOptions, usual: Usual): ForeignChoice | null {
  const { command, readyWithin = "20s", replicas: asked } = options;
  if (command === undefined) {
    if (options.readyWithin !== undefined)
      throw new Refusal(
        "--ready-within goes with --command, which is what is started: give both or neither.",
      );
    return null;
  }
  refuseOthers(command, options);
  const replicas = asked === undefined ? usual.replicas : wholeNumber(asked, "--replicas", 1, 64);
  const policies = policiesOf(options, usual.policies);
  // Its clock is this machine's, or Redis's: both are read.
  const promises = declaredPromises(declarationOf(options, { replicas, clockIsUnread: false, policies }));
  const cwd = callersFolder();
  const readyWithinMs = durationMs(readyWithin, "--ready-within");
  const spoken = spokenWith(options);
  return {
    target: async () => commandGateways({ command, cwd, promises, readyWithinMs, spoken }),
    policies,
    replicas,
    spelled: [
      `--command ${quoted(redactedCommand(command))}`,
      ...declaredSpelled(options),
      ...(options.readyWithin === undefined ? [] : [`--ready-within ${readyWithin}`]),
    ],
  };
}

function refuseOthers(command: string, { variant }: BesideOptions): void {
  if (command.trim() === "")
    throw new Refusal('--command takes a program as you would type it, like --command "python3 gateway.py".');
  if (variant !== undefined)
    throw new Refusal("--variant and --command both say what is started: leave one of them out.");
}

function policiesOf(options: CommandOptions, usual: readonly Policy[]): readonly Policy[] {
  const { limit, window, burst } = options;
  const isTyped = limit !== undefined || window !== undefined || burst !== undefined;
  return isTyped ? [declaredPolicy(options, usual[0])] : usual;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
