import type { FindingVerdict } from "../../harness/verdict/finding.ts";
import { type Markup, markup } from "./markup.ts";

/** A sign for each verdict that differs in shape, not in colour alone: disc, octagon, triangle, square. */
const shapes: Readonly<Record<FindingVerdict, Markup>> = {
  pass: markup`<circle cx="24" cy="24" r="22"/><path class="stroke" d="M14 25l7 7 13-15"/>`,
  fail: markup`<path d="M15 2h18l13 13v18L33 46H15L2 33V15z"/><path class="stroke" d="M16 16l16 16M32 16L16 32"/>`,
  inconclusive: markup`<path d="M21 4.6a3.5 3.5 0 0 1 6 0l18.300 33.200a3.500 3.500 0 0 1-3 5.200H5.700a3.500 3.500 0 0 1-3-5.200z"/><path class="stroke" d="M24 17v12M24 36v.1"/>`,
  "not-applicable": markup`<rect x="5" y="5" width="38" height="38" rx="9"/><path class="stroke" d="M15 24h18"/>`,
};

/** The sign of `verdict`; decoration only, the word stands beside it. */
export function verdictIcon(verdict: FindingVerdict): Markup {
  return markup`<svg class="icon ${verdict}" viewBox="0 0 48 48" aria-hidden="true" focusable="false">${shapes[verdict]}</svg>`;
}
