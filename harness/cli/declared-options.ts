import type { Command } from "commander";
import type { Policy } from "../../limiter/policy.ts";
import { nearestName } from "../nearest-name.ts";
import { Refusal } from "../refusal.ts";
import {
  type Declaration,
  deadlineMs,
  fallbackNames,
  hasBurst,
  needsClock,
  promiseNames,
} from "../targets/declared-promises.ts";
import type { Spoken, Target } from "../targets/target.ts";
import { durationMs, wholeNumber } from "./duration.ts";
import { metricNames } from "./metric-options.ts";

/** The options that say what a limiter of the user's promises, as commander hands them over. */
export interface DeclaredOptions {
  readonly limit?: string;
  readonly window?: string;
  readonly burst?: string;
  readonly promise?: string;
  readonly fallback?: string;
  readonly resolution?: string;
  readonly deniedConsumes: boolean;
  readonly returnsWithin?: string;
  readonly addsAtMost?: string;
  readonly replicasIndependent: boolean;
  readonly keyHeader?: string;
  readonly metric: readonly string[];
}

/** A limiter of the user's, as the command line asks for it. */
export interface ForeignChoice {
  /** Waits for what runs already; what is to be started is started by the run. */
  readonly target: () => Promise<Target>;
  readonly policies: readonly Policy[];
  readonly replicas: number;
  /** Its options as they were typed, for the line that repeats the run. */
  readonly spelled: readonly string[];
}

/** Names of the options that take a value. */
export const declaredNames = [
  "limit",
  "window",
  "burst",
  "promise",
  "fallback",
  "resolution",
  "returnsWithin",
  "addsAtMost",
  "keyHeader",
] as const;

/** Adds the options that `--url` and `--command` have in common to `command`. */
export function addDeclaredOptions(command: Command): Command {
  const yours = "with --url or --command:";
  const add = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return command
    .option("--limit <n>", `${yours} what each x-client-id is promised in a window`)
    .option("--window <time>", `${yours} length of the window, like 10s`)
    .option("--burst <n>", `${yours} capacity of a gcra or token-bucket (default: the limit)`)
    .option("--promise <kind>", `${yours} ${promiseNames.join(", ")} (default: sliding-window)`)
    .option("--fallback <kind>", `${yours} what it does without Redis: local, open or closed`)
    .option(
      "--resolution <time>",
      `${yours} the steps in which its time goes, or how late its timers are, like 1s (default: 1ms)`,
    )
    .option("--denied-consumes", `${yours} what it turns away counts like what it lets in`, false)
    .option("--returns-within <time>", `${yours} back on Redis so soon after a heal (default: not judged)`)
    .option("--adds-at-most <time>", `${yours} what deciding adds to an answer, p99 (default: not judged)`)
    .option("--key-header <name>", `${yours} who asks is told in this header (default: x-client-id)`)
    .option(
      "--metric <meaning=series>",
      `${yours} which of its metrics counts what, like 'allowed=requests_total{code="200"}'; also denied, unavailable, duration, source; repeatable`,
      add,
      [],
    )
    .option("--replicas-independent", `${yours} each replica keeps the promise for itself alone`, false);
}

/** The first of these options that was typed, without its dashes; `null` if none was. */
export function declaredName(options: DeclaredOptions): string | null {
  if (options.replicasIndependent) return "replicas-independent";
  if (options.deniedConsumes) return "denied-consumes";
  if (options.metric.length > 0) return "metric";
  const name = declaredNames.find((known) => options[known] !== undefined);
  return name === undefined ? null : typedName(name);
}

/** The one policy that was typed, `usual` (what a scenario has) where nothing was; a `Refusal` where there is none. */
export function declaredPolicy({ limit, window, burst }: DeclaredOptions, usual?: Policy): Policy {
  if (usual === undefined && (limit === undefined || window === undefined))
    throw new Refusal("--url needs --limit and --window: what is promised, like --limit 100 --window 10s.");
  return {
    name: "per-client",
    limit: limit === undefined ? (usual?.limit ?? 1) : wholeNumber(limit, "--limit", 1, 1_000_000_000),
    windowMs: window === undefined ? (usual?.windowMs ?? 1) : windowOf(window),
    ...(burst === undefined ? {} : { burst: wholeNumber(burst, "--burst", 1, 1_000_000_000) }),
  };
}

/** A gateway is told its window in whole milliseconds: another one would be another promise. */
function windowOf(window: string): number {
  const windowMs = durationMs(window, "--window");
  const wholeMs = Math.round(windowMs);
  // 1.001s is whole, but not in binary.
  if (Math.abs(windowMs - wholeMs) > 1e-6)
    throw new Refusal(`--window takes whole milliseconds, like 500ms or 1.5s; "${window}" is none.`);
  return wholeMs;
}

/** Of whom something is declared. */
export interface Declaring {
  readonly replicas: number;
  /** Their clock may be one that nobody reads. */
  readonly clockIsUnread: boolean;
  readonly policies: readonly Policy[];
}

/** What is declared of them. Throws a `Refusal` for an unknown name, and for what the promise has no room for. */
export function declarationOf(
  options: DeclaredOptions,
  { replicas, clockIsUnread, policies }: Declaring,
): Declaration {
  const { promise: asked = "sliding-window", fallback, burst, replicasIndependent } = options;
  const promise = oneOf(promiseNames, asked, "promise");
  if (burst !== undefined && !hasBurst(promise))
    throw new Refusal("--burst goes with --promise gcra or token-bucket: leave it out, or say which.");
  if (needsClock(promise) && clockIsUnread)
    throw new Refusal(
      `--promise ${promise} needs a clock that can be read: add --redis, with gateways on this machine, or say --promise fixed-window, which may begin anywhere.`,
    );
  return {
    ...countingOf(options, promise, policies),
    ...timesOf(options),
    promise,
    fallback: fallback === undefined ? null : oneOf(fallbackNames, fallback, "fallback"),
    clockIsUnread,
    independent: replicasIndependent ? replicas : 1,
  };
}

/** How it counts, where that is said: in which steps of time, and whether denials too. */
function countingOf(
  { resolution, deniedConsumes }: DeclaredOptions,
  promise: Declaration["promise"],
  policies: readonly Policy[],
): Pick<Declaration, "resolutionMs" | "deniedConsumes"> {
  const typed = resolution !== undefined ? "resolution" : deniedConsumes ? "denied-consumes" : null;
  if (promise === "none" && typed !== null)
    throw new Refusal(`--${typed} says how a limit is counted, and --promise none has none: leave it out.`);
  if (resolution === undefined) return { deniedConsumes };
  const resolutionMs = durationMs(resolution, "--resolution");
  const shortestMs = policies.reduce((least, { windowMs }) => Math.min(least, windowMs), resolutionMs);
  if (resolutionMs > shortestMs)
    throw new Refusal(`--resolution ${resolution} is longer than the window: take steps that fit into it.`);
  return { deniedConsumes, resolutionMs };
}

/** The times that it is held to, where they are said. */
function timesOf({
  fallback,
  returnsWithin,
  addsAtMost,
}: DeclaredOptions): Pick<Declaration, "returnsWithinMs" | "addsAtMostMs"> {
  if (returnsWithin !== undefined && fallback === undefined)
    throw new Refusal(
      "--returns-within goes with --fallback, which says what it does until then: give both.",
    );
  const times = {
    ...(returnsWithin === undefined
      ? {}
      : { returnsWithinMs: durationMs(returnsWithin, "--returns-within") }),
    ...(addsAtMost === undefined ? {} : { addsAtMostMs: durationMs(addsAtMost, "--adds-at-most") }),
  };
  if ((times.returnsWithinMs ?? deadlineMs) < deadlineMs)
    throw new Refusal(`--returns-within takes ${deadlineMs}ms or more: a decision alone may take as long.`);
  return times;
}

function oneOf<Name extends string>(names: readonly Name[], wanted: string, kind: string): Name {
  const match = names.find((name) => name === wanted);
  if (match !== undefined) return match;
  const near = nearestName(wanted, names);
  const hint = near === null ? `there are: ${names.join(", ")}` : `did you mean ${near}?`;
  throw new Refusal(`There is no ${kind} called "${wanted}": ${hint}`);
}

/** How the gateways are asked and read, as far as it was typed. Throws a `Refusal` for what makes no sense. */
export function spokenWith({ keyHeader, metric }: DeclaredOptions): Spoken {
  if (keyHeader !== undefined && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(keyHeader))
    throw new Refusal(`--key-header takes the name of a header, like x-api-key; "${keyHeader}" is none.`);
  const metrics = metricNames(metric);
  return {
    ...(keyHeader === undefined ? {} : { keyHeader }),
    ...(metrics === undefined ? {} : { metrics }),
  };
}

function typedName(name: (typeof declaredNames)[number]): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** These options as they were typed. */
export function declaredSpelled(options: DeclaredOptions): readonly string[] {
  return [
    ...declaredNames.flatMap((name) =>
      options[name] === undefined ? [] : [`--${typedName(name)} ${options[name]}`],
    ),
    ...options.metric.map((metric) => `--metric '${metric.replaceAll("'", "")}'`),
    ...(options.deniedConsumes ? ["--denied-consumes"] : []),
    ...(options.replicasIndependent ? ["--replicas-independent"] : []),
  ];
}
