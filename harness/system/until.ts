/** How long to wait, and how often to look. */
export interface UntilOptions {
  /** @default 10_000 */
  readonly withinMs?: number;
  /** @default 10 */
  readonly everyMs?: number;
}

/** Resolves once `holds()`; rejects after `withinMs`. For what tells nobody when it happens. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { withinMs = 10_000, everyMs = 10 }: UntilOptions = {},
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
