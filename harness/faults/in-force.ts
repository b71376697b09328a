import type { Injected } from "./fault.ts";
import { noteFault } from "./fault-notes.ts";
import type { FaultSite } from "./fault-site.ts";

/** How a fault in force is looked at. */
export type Looks = Pick<Injected, "verify" | "verifyHealed">;

/** A fault in force, out of what is seen of it and what undoes it. */
export interface InForce extends Looks {
  readonly name: string;
  readonly site: FaultSite;
  /** The last deed is undone first. */
  readonly undo: AsyncDisposableStack;
}

/**
 * Heals once, however often it is asked. What goes wrong in that is a line in the log, and no error: `verifyHealed` will
 * not see it healed.
 */
export function inForce({ name, site, undo, verify, verifyHealed }: InForce): Injected {
  let healing: Promise<void> | undefined;
  return {
    verify,
    verifyHealed,
    [Symbol.asyncDispose]() {
      healing ??= undo.disposeAsync().catch((error: unknown) => {
        noteFault(site, `${name} could not be healed: ${reasonOf(error)}`);
      });
      return healing;
    },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof SuppressedError)
    return `${reasonOf(error.error)}; before: ${reasonOf(error.suppressed)}`;
  return error instanceof Error ? error.message : String(error);
}
