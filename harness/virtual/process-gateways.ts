import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Redis } from "ioredis";
import type { Policy } from "../../limiter/policy.ts";
import type { Protected, Variant } from "../../limiter/variants/variant.ts";
import { type Visit, visitFields } from "../history/history.ts";
import type { Source } from "../history/requests.ts";
import { seededRandom } from "../load/random.ts";
import { deleteKeysIn } from "../system/delete-keys.ts";
import { takeTime } from "./taken-time.ts";
import type { VirtualAnswer, VirtualGateways } from "./virtual-gateways.ts";
import { virtualRedis } from "./virtual-redis.ts";
import type { VirtualWorld } from "./virtual-run.ts";

/** Gateways that run a limiter as it is. */
export interface ProcessGatewaysOptions {
  readonly variant: Variant;
  readonly policies: readonly Policy[];
  /** A real one; its scripts go by simulated time. */
  readonly redis: Redis;
  /** Begins every key, so that no two runs share any. */
  readonly keyPrefix: string;
}

/** Every subject's name begins with it on the wire, so that its keys are told from what a limiter keeps for itself. */
const WIRE_ID = "simulated:";
/** Longest way between a gateway and Redis; one in so many takes up to so much longer, but where all is quiet. */
const REDIS_WAY_MS = 0.6;
const SLOW_SHARE = 0.02;
const SLOW_WAY_MS = 45;
/** How far a replica's own clock is off at most: a limiter by Redis's clock does not mind. */
const MOST_SKEW_MS = 4_000;

/**
 * `variant` itself in simulated time: its own listener on each replica, its own client and scripts, in a real Redis that
 * goes by simulated time. The clocks of the replicas do not agree. While they live, the time of this process is theirs.
 */
export async function processGateways(
  { variant, policies, redis, keyPrefix }: ProcessGatewaysOptions,
  world: VirtualWorld,
): Promise<VirtualGateways> {
  const { time, clock, network, replicas, seed } = world;
  const random = seededRandom(seed, "gateways");
  const skewsMs = Array.from({ length: replicas }, () => MOST_SKEW_MS * (2 * random() - 1));
  const taken = takeTime(time, (replica, nowMs) => clock.atUs(nowMs) / 1_000 + (skewsMs[replica] ?? 0));
  const isSlow = (): boolean => network.name !== "quiet" && random() < SLOW_SHARE;
  const wayMs = (): number => random() * (isSlow() ? SLOW_WAY_MS : REDIS_WAY_MS);
  const store = virtualRedis(redis, world, { wayMs, within: taken.within });
  const settle = async (): Promise<void> => {
    await turn();
    while (await store.answered()) await turn();
  };
  const gateways: Protected[] = [];
  for (let replicaIndex = 0; replicaIndex < replicas; replicaIndex++) {
    taken.within(replicaIndex);
    const context = { policies, replicaIndex, replicaCount: replicas, redisUrl: "", keyPrefix };
    const begun = variant.protect({ ...context, redisClient: store.client(replicaIndex) });
    gateways.push(await inTime(begun, world, settle));
  }
  return {
    ask({ replica, subject, owners = {}, cost }, answer) {
      taken.within(replica);
      const request = new IncomingMessage(NO_SOCKET);
      request.headers = {
        "x-client-id": WIRE_ID + subject,
        ...Object.fromEntries(Object.entries(owners).map(([by, owner]) => [`x-${by}-id`, WIRE_ID + owner])),
        ...(cost === 1 ? {} : { "x-cost": String(cost) }),
      };
      const response = new ServerResponse(request);
      answered(response, () => answer(answerOf(response, policies)));
      gateways[replica]?.listener(request, response);
    },
    metrics: async (replica) => (await gateways[replica]?.metrics?.()) ?? "",
    settle,
    audit: () => store.audit(WIRE_ID),
    async [Symbol.asyncDispose]() {
      for (const gateway of gateways) await inTime(gateway.close(), world, settle);
      taken[Symbol.dispose]();
      await store.clear();
      // Scripts may write more keys than they are given.
      await deleteKeysIn(redis, `${keyPrefix}:`);
    },
  };
}

const NO_SOCKET = new Socket();

/** A turn of the event loop, after whatever has one already. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** Waits for what takes simulated time. */
async function inTime<T>(
  promise: Promise<T>,
  { time }: VirtualWorld,
  settle: () => Promise<void>,
): Promise<T> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  promise.then(over, over);
  await settle();
  while (!isOver && time.step(Number.POSITIVE_INFINITY)) await settle();
  return promise;
}

/** Calls `then` when the response has been ended; without a socket it would wait for one for ever. */
function answered(response: ServerResponse, then: () => void): void {
  response.writeHead = (status: number, fields?: unknown) => {
    response.statusCode = status;
    const pairs = Array.isArray(fields) ? fields : [];
    for (let i = 0; i < pairs.length; i += 2) response.setHeader(String(pairs[i]), String(pairs[i + 1]));
    return response;
  };
  response.end = () => {
    then();
    return response;
  };
}

function answerOf(response: ServerResponse, policies: readonly Policy[]): VirtualAnswer {
  const field = (name: string): string | undefined => {
    const value = response.getHeader(name);
    return value === undefined ? undefined : String(value);
  };
  const source = field("x-ratelimit-source");
  const policy = policies.findIndex(({ name }) => name === field("x-ratelimit-policy"));
  const fields = visitFields.flatMap((name) => {
    const value = field(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    status: response.statusCode,
    source: isSource(source) ? source : "unlabelled",
    policy: policy < 0 ? undefined : policy,
    isUnavailable: field("x-ratelimit-reason") === "unavailable",
    fields: Object.fromEntries(fields) as Visit["fields"],
  };
}

function isSource(text: string | undefined): text is Source {
  return text === "redis" || text === "local";
}
