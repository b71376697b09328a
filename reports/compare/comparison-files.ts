import type { Comparison } from "../../harness/compare/comparison.ts";
import type { ReportFile } from "../report-format.ts";
import { comparisonJson } from "./comparison-json.ts";
import { comparisonMarkdown } from "./comparison-markdown.ts";
import { comparisonPage } from "./comparison-page.ts";
import { comparisonPicture } from "./comparison-picture.ts";

/** Every file of a comparison's report: a pure function of it. */
export function comparisonFiles(comparison: Comparison): readonly ReportFile[] {
  return [
    { path: "compare.json", content: comparisonJson(comparison) },
    { path: "compare.md", content: comparisonMarkdown(comparison) },
    { path: "compare.html", content: comparisonPage(comparison) },
    { path: "compare.png", content: comparisonPicture(comparison) },
  ];
}
