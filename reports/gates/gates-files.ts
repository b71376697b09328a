import type { ReportFile } from "../report-format.ts";
import { gatesJunit } from "./gates-junit.ts";
import { gatesMarkdown } from "./gates-markdown.ts";
import type { GatesReport } from "./gates-report.ts";

/** `gates.json`, `gates.md` and `gates.xml` (JUnit), for a CI. */
export function gatesFiles(report: GatesReport): readonly ReportFile[] {
  return [
    { path: "gates.json", content: `${JSON.stringify(report, null, 2)}\n` },
    { path: "gates.md", content: gatesMarkdown(report) },
    { path: "gates.xml", content: gatesJunit(report) },
  ];
}
