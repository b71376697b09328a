import { z } from "zod";

/** One query of a Grafana dashboard. */
export interface DashboardQuery {
  /** The title of its panel. */
  readonly panel: string;
  readonly expr: string;
}

const dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});

/** Every query of a dashboard, from its JSON text. Throws if it is none. */
export function dashboardQueries(text: string): DashboardQuery[] {
  const { panels } = dashboard.parse(JSON.parse(text));
  return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ panel: title, expr })));
}
