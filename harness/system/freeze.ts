import { groupMembers } from "./group-members.ts";
import { groupOf, isStopped, parentOf } from "./process-identity.ts";
import { sendSignal } from "./send-signal.ts";
import { until } from "./until.ts";

/**
 * Stops a program that we started and all that it started (SIGSTOP); resolves once all of them stand still. Rejects if
 * it does not run. Its guardian goes on, so it still ends with the harness.
 */
export async function freeze(pid: number): Promise<void> {
  if (groupOf(pid) === undefined) throw new Error(`process ${pid} cannot be frozen, since it does not run`);
  // Who is still running may start others meanwhile: look again until nobody is.
  await until(() => {
    const running = withDescendants(pid).filter((member) => !isStopped(member));
    for (const member of running) sendSignal(member, "SIGSTOP");
    return running.length === 0;
  });
}

/** Lets it all go on (SIGCONT); harmless if it does, or is gone. */
export function thaw(pid: number): void {
  for (const member of withDescendants(pid)) sendSignal(member, "SIGCONT");
}

function withDescendants(pid: number): number[] {
  const group = groupOf(pid);
  return group === undefined ? [] : groupMembers(group).filter((member) => descends(member, pid));
}

function descends(member: number, ancestor: number): boolean {
  for (let each: number | undefined = member; each !== undefined && each > 1; each = parentOf(each)) {
    if (each === ancestor) return true;
  }
  return false;
}
