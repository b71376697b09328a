import type { Policy } from "../../limiter/policy.ts";

/** The instants of what one subject was admitted, and when each became visible to the next reader. */
export class SampleLog {
  readonly #policy: Policy;
  readonly #writtenMs: number[] = [];
  #oldest = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** What remains after admitting one at `atMs`, or -1 for a denial. */
  decide(atMs: number, writesLateMs: number): number {
    const written = this.#writtenMs;
    while ((written[this.#oldest] ?? atMs) <= atMs - this.#policy.windowMs) this.#oldest++;
    let visible = written.length;
    while (visible > this.#oldest && (written[visible - 1] ?? 0) > atMs) visible--;
    const remaining = this.#policy.limit - (visible - this.#oldest) - 1;
    if (remaining < 0) return -1;
    written.push(Math.max(written.at(-1) ?? 0, atMs + writesLateMs));
    return remaining;
  }
}
