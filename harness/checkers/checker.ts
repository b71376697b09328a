import type { Evidence } from "../history/evidence.ts";
import type { Finding } from "../verdict/finding.ts";

/**
 * A pure function of the evidence. It never throws on a history of the right schema; whoever runs it turns a
 * crash into an inconclusive finding.
 */
export interface Checker {
  /** Kebab-case, unique; gates address its numbers by it. */
  readonly name: string;
  readonly check: (evidence: Evidence) => Finding;
}
