import type { Command } from "commander";
import type { Policy } from "../../limiter/policy.ts";
import type { Endpoint } from "../engines/engine.ts";
import { nearestName } from "../nearest-name.ts";
import { isOnThisMachine } from "../on-this-machine.ts";
import { redactedUrl } from "../redacted.ts";
import { Refusal } from "../refusal.ts";
import { requireToxiproxyUrl } from "../system/toxiproxy-source.ts";
import {
  type Declaration,
  declaredPromises,
  fallbackNames,
  hasBurst,
  promiseNames,
} from "../targets/declared-promises.ts";
import { runningGateways } from "../targets/running-gateways.ts";
import type { Target } from "../targets/target.ts";
import { durationMs, wholeNumber } from "./duration.ts";

/** The options about gateways that run already, as commander hands them over. */
export interface UrlOptions {
  readonly url: readonly string[];
  readonly limit?: string;
  readonly window?: string;
  readonly burst?: string;
  readonly promise?: string;
  readonly fallback?: string;
  readonly proxies?: string;
  readonly allowRemote: boolean;
}

/** Options of the same command that concern the same gateways. */
interface BesideOptions {
  readonly variant?: string;
  readonly replicas?: string;
  readonly system: string;
  readonly redis?: string;
  readonly toxiproxy?: string;
}

/** What `--url` and its companions ask for. */
export interface UrlChoice {
  /** Waits until the gateways answer. */
  readonly target: () => Promise<Target>;
  readonly policy: Policy;
  readonly replicas: number;
  /** These options as they were typed, for the line that repeats the run. */
  readonly spelled: readonly string[];
}

/** Adds `--url` and its companions to `command`. */
export function addUrlOptions(command: Command): Command {
  const add = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return command
    .option("--url <url>", "a gateway that runs already, one for each replica; repeatable", add, [])
    .option("--limit <n>", "with --url: what each x-client-id is promised in a window")
    .option("--window <time>", "with --url: length of the window, like 10s")
    .option("--burst <n>", "with --url: capacity of a gcra or token-bucket (default: the limit)")
    .option("--promise <kind>", `with --url: ${promiseNames.join(", ")} (default: sliding-window)`)
    .option("--fallback <kind>", "with --url: what it does without Redis: local, open or closed")
    .option("--proxies <names>", "with --url: theirs in --toxiproxy, like a,b,c (default: gateway-<number>)")
    .option("--allow-remote", "with --url: gateways may be on other machines", false);
}

/** What was asked for; `null` without `--url`. Throws a `Refusal` for what makes no sense. */
export function urlChoice(options: UrlOptions & BesideOptions): UrlChoice | null {
  if (options.url.length === 0) {
    refuseCompanions(options);
    return null;
  }
  refuseStarting(options);
  const policy = policyOf(options);
  const declaration = declarationOf(options);
  if (policy.burst !== undefined && !hasBurst(declaration.promise))
    throw new Refusal("--burst goes with --promise gcra or token-bucket: leave it out, or say which.");
  const endpoints = endpointsOf(options);
  const proxies = proxiesOf(options, endpoints.length);
  const promises = declaredPromises(declaration);
  return {
    target: () => runningGateways({ endpoints, promises, proxies }),
    policy,
    replicas: endpoints.length,
    spelled: spelledOf(options),
  };
}

const companions = ["limit", "window", "burst", "promise", "fallback", "proxies"] as const;

function refuseCompanions(options: UrlOptions): void {
  const lone = companions.find((name) => options[name] !== undefined);
  if (lone !== undefined || options.allowRemote)
    throw new Refusal(
      `--${lone ?? "allow-remote"} goes with --url, which names gateways that run already: give both or neither.`,
    );
}

function refuseStarting({ variant, replicas, system }: BesideOptions): void {
  if (variant !== undefined)
    throw new Refusal("--variant chooses what we start, and with --url nothing is: leave one of them out.");
  if (replicas !== undefined)
    throw new Refusal("--replicas is how many we start, and each --url is one replica: leave it out.");
  if (system !== "auto")
    throw new Refusal("--system says where a Redis is started, and with --url none is: leave it out.");
}

function policyOf({ limit, window, burst }: UrlOptions): Policy {
  if (limit === undefined || window === undefined)
    throw new Refusal("--url needs --limit and --window: what is promised, like --limit 100 --window 10s.");
  return {
    name: "per-client",
    limit: wholeNumber(limit, "--limit", 1, 1_000_000_000),
    windowMs: Math.max(1, Math.round(durationMs(window, "--window"))),
    ...(burst === undefined ? {} : { burst: wholeNumber(burst, "--burst", 1, 1_000_000_000) }),
  };
}

function declarationOf(options: UrlOptions & BesideOptions): Declaration {
  const { promise = "sliding-window", fallback, redis } = options;
  return {
    promise: oneOf(promiseNames, promise, "promise"),
    fallback: fallback === undefined ? null : oneOf(fallbackNames, fallback, "fallback"),
    clockIsUnread: redis === undefined || options.url.some(isRemote),
  };
}

function oneOf<Name extends string>(names: readonly Name[], wanted: string, kind: string): Name {
  const match = names.find((name) => name === wanted);
  if (match !== undefined) return match;
  const near = nearestName(wanted, names);
  const hint = near === null ? `there are: ${names.join(", ")}` : `did you mean ${near}?`;
  throw new Refusal(`There is no ${kind} called "${wanted}": ${hint}`);
}

function endpointsOf({ url: urls, toxiproxy, allowRemote }: UrlOptions & BesideOptions): readonly Endpoint[] {
  const endpoints = urls.map(endpointOf);
  if (toxiproxy !== undefined) requireToxiproxyUrl(toxiproxy);
  const remote = [...urls, ...(toxiproxy === undefined ? [] : [toxiproxy])].find(isRemote);
  if (remote !== undefined && !allowRemote)
    throw new Refusal(
      `${remote} is not on this machine: add --allow-remote if it may be blasted and broken.`,
    );
  const twice = urls.find(
    (url, index) => urls.findIndex((other) => new URL(other).href === new URL(url).href) < index,
  );
  if (twice !== undefined) throw new Refusal(`${twice} is given twice: each --url is one replica.`);
  return endpoints;
}

function endpointOf(url: string): Endpoint {
  const parsed = /^http:\/\//.test(url) ? URL.parse(url) : null;
  if (parsed === null || parsed.username !== "" || parsed.password !== "")
    throw new Refusal(
      `${redactedUrl(url)} is no URL of a gateway: write it like http://127.0.0.1:8081 (plain HTTP, no user).`,
    );
  const { hostname, port, pathname, search } = parsed;
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? 80 : Number(port),
    path: `${pathname}${search}`,
  };
}

function isRemote(url: string): boolean {
  return !isOnThisMachine(new URL(url).hostname);
}

function proxiesOf(
  { proxies, toxiproxy }: UrlOptions & BesideOptions,
  replicas: number,
): readonly string[] | null {
  if (proxies === undefined) return null;
  if (toxiproxy === undefined)
    throw new Refusal("--proxies goes with --toxiproxy, which says where they are: give both or neither.");
  const names = proxies.split(",").map((name) => name.trim());
  if (new Set(names).size !== replicas || names.length !== replicas)
    throw new Refusal(
      `--proxies takes one name for each --url, in the same order; "${proxies}" is not ${replicas}.`,
    );
  return names;
}

function spelledOf(options: UrlOptions): readonly string[] {
  return [
    ...options.url.map((url) => `--url '${url.replaceAll("'", "%27")}'`),
    ...companions.flatMap((name) => (options[name] === undefined ? [] : [`--${name} ${options[name]}`])),
    ...(options.allowRemote ? ["--allow-remote"] : []),
  ];
}
