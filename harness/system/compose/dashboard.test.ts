import { readFileSync } from "node:fs";
import { join } from "node:path";
import { collectDefaultMetrics, Registry } from "prom-client";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { limiterMetrics } from "../../../limiter/metrics.ts";
import { dashboardQueries } from "./dashboard-queries.ts";

const folder = join(import.meta.dirname, "grafana");
const text = readFileSync(join(folder, "dashboards/rate-limiter.json"), "utf8");
const source = z.object({ type: z.literal("prometheus"), uid: z.string() });
const panel = z.object({
  id: z.int(),
  type: z.enum(["stat", "timeseries"]),
  title: z.string().min(1),
  description: z.string().min(1),
  datasource: source,
  gridPos: z.object({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1), h: z.int().min(1) }),
  targets: z.array(
    z.object({ refId: z.string(), datasource: source, expr: z.string(), legendFormat: z.string() }),
  ),
});
const dashboard = z
  .object({ uid: z.string(), title: z.string(), schemaVersion: z.int(), panels: z.array(panel) })
  .parse(JSON.parse(text));
const queries = dashboardQueries(text);

/** Every series that a gateway of ours shows, with the names of its labels. */
async function shown(): Promise<Map<string, Set<string>>> {
  const registry = new Registry();
  limiterMetrics(["a"], registry);
  const own = new Registry();
  collectDefaultMetrics({ register: own });
  const series = new Map<string, Set<string>>([["up", new Set()]]);
  for (const line of `${await registry.metrics()}\n${await own.metrics()}`.split("\n")) {
    const [, name, labels = ""] = /^([a-z_]\w*)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name === undefined) continue;
    const known = series.get(name) ?? new Set();
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) known.add(label);
    series.set(name, known);
  }
  return series;
}

/** Names of metrics in a query: what is no function, keyword, label, text or duration. */
function metricsIn(expr: string): string[] {
  const bare = expr.replaceAll(/\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)/g, "");
  return [...bare.matchAll(/\b[a-z_]\w*(?!\w|\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !/^(or|by)$/.test(name));
}

function labelsIn(expr: string): string[] {
  const matched = [...expr.matchAll(/(\w+)!?=~?"/g)].map(([, label = ""]) => label);
  const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = ""]) => names.split(", "));
  return [...matched, ...grouped];
}

test.each(queries)("$panel asks for what a gateway shows: $expr", async ({ expr }) => {
  const series = await shown();
  const names = metricsIn(expr);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !series.has(name))).toEqual([]);
  const given = new Set(["job", "instance", ...names.flatMap((name) => [...(series.get(name) ?? [])])]);
  expect(labelsIn(expr).filter((label) => !given.has(label))).toEqual([]);
});

test("every metric of the limiter is on it", async () => {
  const registry = new Registry();
  limiterMetrics(["a"], registry);
  const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  const asked = queries.flatMap(({ expr }) => metricsIn(expr));
  expect(
    names.filter((name) => !asked.some((each) => each.replace(/_(bucket|sum|count)$/, "") === name)),
  ).toEqual([]);
});

test("a name that is wrong would be seen", async () => {
  expect(metricsIn('sum by (le) (rate(no_such_metric{a="b"}[5m])) or vector(0)')).toEqual(["no_such_metric"]);
  expect(labelsIn('sum by (le, policy) (x{source!="local"})')).toEqual(["source", "le", "policy"]);
  expect((await shown()).get("rate_limiter_decisions_total")).toEqual(
    new Set(["policy", "outcome", "source"]),
  );
});

test("each panel has its own id and place within the 24 columns", () => {
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  const taken = new Set<string>();
  for (const { gridPos, title } of dashboard.panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x},${y}`), `${title} lies on another`).toBe(false);
        taken.add(`${x},${y}`);
      }
    }
  }
});

test("each panel's queries have names of their own, and words for every label that they keep", () => {
  for (const { targets } of dashboard.panels) {
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    for (const { expr, legendFormat } of targets) {
      const kept = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = ""]) => names.split(", "));
      for (const label of kept.filter((name) => name !== "le"))
        expect(legendFormat).toContain(`{{${label}}}`);
    }
  }
});

test("every query goes to the data source that is provisioned", () => {
  const { datasources } = parse(
    readFileSync(join(folder, "provisioning/datasources/prometheus.yml"), "utf8"),
  );
  const uids = dashboard.panels.flatMap((each) => [
    each.datasource,
    ...each.targets.map((target) => target.datasource),
  ]);
  expect(new Set(uids.map(({ uid }) => uid))).toEqual(new Set([datasources[0].uid]));
  expect(datasources[0].url).toBe("http://prometheus:9090");
});

test("Grafana looks for dashboards where the stack mounts them", () => {
  const { providers } = parse(readFileSync(join(folder, "provisioning/dashboards/rate-limiter.yml"), "utf8"));
  const compose = readFileSync(join(import.meta.dirname, "../../../docker-compose.yml"), "utf8");
  expect(compose).toContain(`./harness/system/compose/grafana/dashboards:${providers[0].options.path}:ro`);
});
