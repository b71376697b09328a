import type { Command } from "commander";
import type { Endpoint } from "../engines/engine.ts";
import { isOnThisMachine } from "../on-this-machine.ts";
import { redactedUrl } from "../redacted.ts";
import { Refusal } from "../refusal.ts";
import { requireToxiproxyUrl } from "../system/toxiproxy-source.ts";
import { declaredPromises } from "../targets/declared-promises.ts";
import { runningGateways } from "../targets/running-gateways.ts";
import {
  type DeclaredOptions,
  declarationOf,
  declaredName,
  declaredPolicy,
  declaredSpelled,
  type ForeignChoice,
  spokenWith,
} from "./declared-options.ts";

/** The options about gateways that run already, as commander hands them over. */
export interface UrlOptions extends DeclaredOptions {
  readonly url: readonly string[];
  readonly proxies?: string;
  readonly allowRemote: boolean;
}

/** Options of the same command that concern the same gateways. */
interface BesideOptions {
  readonly command?: string;
  readonly variant?: string;
  readonly replicas?: string;
  readonly system: string;
  readonly redis?: string;
  readonly toxiproxy?: string;
}

/** Adds `--url` and its companions to `command`. */
export function addUrlOptions(command: Command): Command {
  const add = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return command
    .option("--url <url>", "a gateway that runs already, one for each replica; repeatable", add, [])
    .option("--proxies <names>", "with --url: theirs in --toxiproxy, like a,b,c (default: gateway-<number>)")
    .option("--allow-remote", "with --url: gateways may be on other machines", false);
}

/** What was asked for; `null` without `--url`. Throws a `Refusal` for what makes no sense. */
export function urlChoice(options: UrlOptions & BesideOptions): ForeignChoice | null {
  if (options.url.length === 0) {
    refuseCompanions(options);
    return null;
  }
  refuseStarting(options);
  const policy = declaredPolicy(options);
  const clockIsUnread = options.redis === undefined || options.url.some(isRemote);
  const declaration = declarationOf(options, {
    replicas: options.url.length,
    clockIsUnread,
    policies: [policy],
  });
  const endpoints = endpointsOf(options);
  const proxies = proxiesOf(options, endpoints.length);
  const promises = declaredPromises(declaration);
  const spoken = spokenWith(options);
  return {
    target: () => runningGateways({ endpoints, promises, proxies, spoken }),
    policies: [policy],
    replicas: endpoints.length,
    spelled: spelledOf(options),
  };
}

function refuseCompanions(options: UrlOptions & BesideOptions): void {
  const shared = declaredName(options);
  if (shared !== null && options.command === undefined)
    throw new Refusal(
      `--${shared} goes with --url or --command, which name a limiter of yours: add one of them.`,
    );
  const lone = options.proxies !== undefined ? "proxies" : options.allowRemote ? "allow-remote" : null;
  if (lone !== null)
    throw new Refusal(
      `--${lone} goes with --url, which names gateways that run already: give both or neither.`,
    );
}

function refuseStarting({ command, variant, replicas, system }: BesideOptions): void {
  if (command !== undefined)
    throw new Refusal("--url names what runs already, --command what is started: leave one of them out.");
  if (variant !== undefined)
    throw new Refusal("--variant chooses what we start, and with --url nothing is: leave one of them out.");
  if (replicas !== undefined)
    throw new Refusal("--replicas is how many we start, and each --url is one replica: leave it out.");
  if (system !== "auto")
    throw new Refusal("--system says where a Redis is started, and with --url none is: leave it out.");
}

function endpointsOf({ url: urls, toxiproxy, allowRemote }: UrlOptions & BesideOptions): readonly Endpoint[] {
  const endpoints = urls.map(endpointOf);
  if (toxiproxy !== undefined) requireToxiproxyUrl(toxiproxy);
  const remote = [...urls, ...(toxiproxy === undefined ? [] : [toxiproxy])].find(isRemote);
  if (remote !== undefined && !allowRemote)
    throw new Refusal(
      `${remote} is not on this machine: add --allow-remote if it may be blasted and broken (npm run scenario burst -- --allow-remote).`,
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
    ...options.url.map((url) => `--url '${shownUrl(url).replaceAll("'", "%27")}'`),
    ...declaredSpelled(options),
    ...(options.proxies === undefined ? [] : [`--proxies ${options.proxies}`]),
    ...(options.allowRemote ? ["--allow-remote"] : []),
  ];
}

/** As it was typed, but for secrets in its query. */
function shownUrl(url: string): string {
  return url.includes("?") ? redactedUrl(url) : url;
}
