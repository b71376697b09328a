import type { Injected } from "./fault.ts";

/** A fault in force, out of what it looks at and what undoes it. */
export interface InForce {
  readonly verify: Injected["verify"];
  readonly verifyHealed: Injected["verifyHealed"];
  /** Undone once, the last deed first. */
  readonly undo: AsyncDisposable;
}

/** Heals once, however often it is asked. What goes wrong in that is no error: `verifyHealed` will not see it healed. */
export function inForce({ verify, verifyHealed, undo }: InForce): Injected {
  let healing: Promise<void> | undefined;
  return {
    verify,
    verifyHealed,
    async [Symbol.asyncDispose]() {
      healing ??= Promise.resolve(undo[Symbol.asyncDispose]()).catch(() => undefined);
      await healing;
    },
  };
}
