import type { Fault, FaultNeed } from "./fault.ts";

/** What decides which cure there is. */
export interface NeedsContext {
  /** Redis is ours, in a container. */
  readonly isInDocker: boolean;
}

/** Why a fault cannot be injected with what is `available`, in one sentence; `null` if it can. */
export function unmetNeed(
  { name, needs }: Pick<Fault, "name" | "needs">,
  available: ReadonlySet<FaultNeed>,
  { isInDocker }: NeedsContext = { isInDocker: false },
): string | null {
  const missing = needs.find((need) => !available.has(need));
  return missing === undefined
    ? null
    : `The fault ${name} ${(isInDocker ? inDocker[missing] : undefined) ?? sentences[missing]}`;
}

/** Nobody gave it: there is no option to leave out. */
const inDocker: Readonly<Partial<Record<FaultNeed, string>>> = {
  "own-redis":
    "stops, empties or fills a Redis process, which is not done to one in a container: use --system local.",
  "redis-toxics":
    "needs the embedded Toxiproxy, which can read what Redis is told, and not one in a container: use --system local.",
};

const sentences: Readonly<Record<FaultNeed, string>> = {
  proxies:
    "needs a proxy between each replica and Redis: name the Toxiproxy that is there with --toxiproxy, or leave out --url.",
  redis: "is seen by what Redis itself has counted: say with --redis where it is.",
  "redis-toxics": "needs the embedded Toxiproxy, which can read what Redis is told: leave out --toxiproxy.",
  "own-redis":
    "stops, empties or fills Redis, which is done to none but our own: leave out --redis and --url.",
  "own-gateways": "acts on the processes of the gateways, so we must have started them: leave out --url.",
  "node-gateways":
    "acts inside of the gateways, which must be started by us and run Node: use a variant, or a command that does.",
  faketime: "needs libfaketime: install it (apt-get install libfaketime on Debian and Ubuntu).",
};
