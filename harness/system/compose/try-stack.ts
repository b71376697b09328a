import { readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../until.ts";
import { dashboardQueries } from "./dashboard-queries.ts";

/**
 * Looks at a staging stack that runs: its gateways share one limit, Prometheus sees all three and can answer every
 * query of the dashboard, and an outage of one gateway's proxy is that gateway's alone. Throws what is not seen.
 */
const gateways = [8081, 8082, 8083].map((port) => `http://127.0.0.1:${port}`);
const toxiproxy = "http://127.0.0.1:8474";
const prometheus = "http://127.0.0.1:9090";
const patience = { withinMs: 60_000, everyMs: 250 };

for (const gateway of gateways) await until(() => answers(`${gateway}/healthz`), patience);
console.log("three gateways are ready");
const denied = await sharedLimit();
await until(async () => (await value('sum(up{job="gateways"} == 1)')) === 3, patience);
console.log("Prometheus: up == 1 for three gateways");
const throttled = () => value("sum(rate_limiter_throttled_total)");
await until(async () => (await throttled()) >= denied, patience);
console.log(`Prometheus: sum(rate_limiter_throttled_total) = ${await throttled()}`);
await dashboardAnswers();
await outageOfOne();

/** One key over all gateways: of 150 requests within a window some are denied; says how many. */
async function sharedLimit(): Promise<number> {
  const key = `try-${process.pid}`;
  const statuses: number[] = [];
  for (let i = 0; i < 150; i++) statuses.push((await ask(gateways[i % 3] ?? "", key)).status);
  const count = (wanted: number) => statuses.filter((status) => status === wanted).length;
  console.log(`150 requests of one key over three gateways: ${count(200)} allowed, ${count(429)} denied`);
  if (count(200) + count(429) !== 150 || count(429) === 0) throw new Error(`statuses: ${statuses.join(" ")}`);
  return count(429);
}

async function dashboardAnswers(): Promise<void> {
  const file = join(import.meta.dirname, "grafana/dashboards/rate-limiter.json");
  const queries = dashboardQueries(readFileSync(file, "utf8"));
  for (const { panel, expr } of queries) {
    const query = expr.replaceAll("$__rate_interval", "10s");
    // A rate needs two scrapes.
    await until(async () => (await seriesOf(query)).length > 0, patience).catch((cause: unknown) => {
      throw new Error(`${panel} stays empty: ${expr}`, { cause });
    });
    console.log(`  ${String((await seriesOf(query)).length).padStart(2)} series  ${panel}: ${expr}`);
  }
  console.log(`Prometheus: all ${queries.length} queries of the dashboard parse and give series`);
}

async function outageOfOne(): Promise<void> {
  await setProxy(false);
  const errors = (instance: string) =>
    value(`sum(rate_limiter_redis_errors_total{instance="${instance}:8080"})`);
  await until(async () => {
    await ask(gateways[1] ?? "", "outage");
    return (await errors("gateway-1")) > 0;
  }, patience);
  const answered = await Promise.all(gateways.map((gateway) => ask(gateway, "outage")));
  const words = answered.map(({ status, source }, i) => `gateway-${i} ${status} (${source ?? "no source"})`);
  console.log(`proxy gateway-1 is off: ${words.join(", ")}`);
  const counted = await Promise.all(gateways.map((_, i) => errors(`gateway-${i}`)));
  console.log(`Prometheus: Redis errors of gateways 0, 1, 2: ${counted.join(", ")}`);
  if (answered[0]?.source !== "redis" || answered[2]?.source !== "redis") throw new Error("it spread");
  await setProxy(true);
  await until(async () => (await ask(gateways[1] ?? "", "healed")).source === "redis", patience);
  console.log("proxy gateway-1 is on again: its gateway decides by Redis");
}

async function setProxy(enabled: boolean): Promise<void> {
  const body = JSON.stringify({ enabled });
  const response = await fetch(`${toxiproxy}/proxies/gateway-1`, { method: "POST", body });
  if (!response.ok) throw new Error(`Toxiproxy answers ${response.status}: ${await response.text()}`);
}

async function ask(gateway: string, key: string): Promise<{ status: number; source: string | null }> {
  const response = await fetch(gateway, { headers: { "x-client-id": key } });
  await response.arrayBuffer();
  return { status: response.status, source: response.headers.get("x-ratelimit-source") };
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

interface Series {
  readonly value: readonly [number, string];
}

async function seriesOf(expr: string): Promise<readonly Series[]> {
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query: expr })}`);
  const answer = (await response.json()) as {
    readonly error?: string;
    readonly data?: { readonly result: readonly Series[] };
  };
  if (answer.data === undefined) throw new Error(`${expr}: ${answer.error}`);
  return answer.data.result;
}

/** Of an expression with one value; 0 if it has none yet, or Prometheus is not up yet. */
async function value(expr: string): Promise<number> {
  const series = await seriesOf(expr).catch(() => []);
  return Number(series[0]?.value[1] ?? 0);
}
