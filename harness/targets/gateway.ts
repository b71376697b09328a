import { createServer, type RequestListener, type Server } from "node:http";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { GatewayContext, Mutant, Protected, Variant } from "../../limiter/variants/variant.ts";

/**
 * One gateway process: `node harness/targets/gateway.ts <variant or mutant file> [on|off]` (a mutant's bug).
 * Speaks the gateway contract: `PORT` (0 picks one), `HOST`, `REDIS_URL`, `RATE_POLICIES`, `REPLICA_INDEX` and
 * `REPLICA_COUNT` from the environment; `GET /`, `/metrics` and `/healthz`. Says `listening on URL` on its output.
 * Ends when its standard input closes, so that it never outlives who started it, and gracefully on SIGTERM.
 */
async function main([file, bug = "on"]: readonly string[]): Promise<void> {
  if (file === undefined)
    throw new Error("Say which variant: node harness/targets/gateway.ts <file> [on|off]");
  const variant = await loadVariant(file, bug);
  const guarded = await variant.protect(contextFrom(process.env));
  const server = serve(guarded);
  server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1", () => {
    const address = server.address();
    if (address === null || typeof address === "string") return;
    process.stdout.write(`listening on http://${address.address}:${address.port}\n`);
  });
  server.on("error", crash);
  process.on("SIGTERM", () => close(server, guarded));
  process.stdin.on("close", () => process.exit(0)).resume();
}

async function loadVariant(file: string, bug: string): Promise<Variant> {
  const found: { readonly variant?: Variant; readonly mutant?: Mutant } = await import(
    pathToFileURL(resolve(file)).href
  );
  if (found.variant !== undefined) return found.variant;
  if (found.mutant !== undefined) return found.mutant.variant({ bug: bug !== "off" });
  throw new Error(`${file} exports neither variant nor mutant.`);
}

function contextFrom(environment: NodeJS.ProcessEnv): GatewayContext {
  const { REDIS_URL, RATE_POLICIES, RATE_KEY_PREFIX, REPLICA_INDEX = "0", REPLICA_COUNT = "1" } = environment;
  if (REDIS_URL === undefined) throw new Error("REDIS_URL is missing.");
  if (RATE_POLICIES === undefined)
    throw new Error("RATE_POLICIES is missing: a JSON list of { name, limit, windowMs }.");
  return {
    policies: JSON.parse(RATE_POLICIES),
    redisUrl: REDIS_URL,
    ...(RATE_KEY_PREFIX === undefined ? {} : { keyPrefix: RATE_KEY_PREFIX }),
    replicaIndex: Number(REPLICA_INDEX),
    replicaCount: Number(REPLICA_COUNT),
  };
}

function serve({ listener, metrics }: Protected): Server {
  const own = new Registry();
  // With them comes the event loop's delay, nodejs_eventloop_lag_*, in whose units latencies are judged.
  collectDefaultMetrics({ register: own });
  const scrape: RequestListener = async (_request, response) => {
    const texts = await Promise.all([metrics?.() ?? "", own.metrics()]);
    response.writeHead(200, { "Content-Type": own.contentType }).end(texts.filter(Boolean).join("\n"));
  };
  // Longer than any pause of a load, and no timers a request: an idle socket is the client's to retire.
  const patience = {
    keepAliveTimeout: 65_000,
    requestTimeout: 0,
    headersTimeout: 0,
    optimizeEmptyRequests: true,
  };
  return createServer(patience, (request, response) => {
    const { url = "" } = request;
    if (url === "/" || url.startsWith("/?")) return listener(request, response);
    if (url === "/metrics") return scrape(request, response);
    response.statusCode = url === "/healthz" ? 200 : 404;
    return response.end(url === "/healthz" ? "ready\n" : "not found\n");
  });
}

function close(server: Server, guarded: Protected): void {
  server.close(async () => {
    await guarded.close();
    process.exit(0);
  });
  setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
}

/** How long SIGTERM lets answers go out. */
const DRAIN_MS = 1_000;

function crash(error: unknown): never {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exit(1);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, missing] = /^Cannot find package '([^']+)'/.exec(error.message) ?? [];
  if (missing !== undefined)
    return `The limiter needs the package ${missing}, which is not installed: type \`npm install --save-dev ${missing}\`.`;
  // The message once more at the end, where the last lines of a log show it.
  return `${error.stack}\n\n${error.message}`;
}

process.on("uncaughtException", crash);
main(process.argv.slice(2)).catch(crash);
