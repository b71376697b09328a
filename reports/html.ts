import { readAssets } from "./html/assets.ts";
import { page } from "./html/page.ts";
import type { ReportFormat } from "./report-format.ts";

/** `report.html`: one file without network: the verdict at a glance, pictures to explore, and the evidence. */
export const format: ReportFormat = {
  render: (run) => [{ path: "report.html", content: page(run, readAssets()) }],
};
