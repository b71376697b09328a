import type { Verdict } from "../../harness/verdict/result.ts";

/** The colours of the still pictures: those of the page in the light, told apart by colour-blind readers too. */
export const palette = {
  paper: "#ffffff",
  ink: "#16202b",
  muted: "#56616d",
  grid: "#e4e8ec",
  band: "#f2f4f6",
  allowed: "#1f6fb2",
  denied: "#f0b35a",
  lost: "#b0257c",
  errors: "#6c4bb5",
  dropped: "#8b939b",
  unavailable: "#8f4512",
  redis: "#a9c2da",
  local: "#0f7c86",
  unlabelled: "#d3d8dd",
  undecided: "#b0257c",
  p99: "#b4560f",
  max: "#7a8590",
  spread: "rgba(31, 111, 178, 0.15)",
  fail: "#b8231b",
  faults: ["#b0257c", "#0f7c86", "#6c4bb5", "#8a5800"],
} as const;

/** The colour of each verdict's word. */
export const verdictColours: Readonly<Record<Verdict, string>> = {
  pass: "#0b7350",
  fail: "#b8231b",
  inconclusive: "#8a5800",
};
