import type { EngineContext } from "../engines/engine.ts";
import { wireKey } from "../engines/wire-keys.ts";
import type { History } from "../history/history.ts";
import type { Scenario } from "../scenario.ts";
import type { RunRequest } from "./run-request.ts";

/** To whom else `subjects` belong, as the history tells it; nothing where they belong to nobody. */
export function belongingOf({ belongs }: Scenario, subjects: readonly string[]): Pick<History, "belongs"> {
  if (belongs === undefined) return {};
  return {
    belongs: Object.fromEntries(Object.entries(belongs).map(([by, ownerOf]) => [by, subjects.map(ownerOf)])),
  };
}

/** To whom else `subject` belongs, by the names that policies give in `by`; undefined where subjects belong to nobody. */
export function ownersOf({ belongs }: Scenario, subject: string): Record<string, string> | undefined {
  if (belongs === undefined) return undefined;
  return Object.fromEntries(Object.entries(belongs).map(([by, ownerOf]) => [by, ownerOf(subject)]));
}

/** How `subjects` are told on the wire, and to whom they belong besides, all with the run's id. */
export function namesOnWire(
  { scenario: { belongs }, target: { keyHeader } }: Pick<RunRequest, "scenario" | "target">,
  runId: string,
  subjects: readonly string[],
): Pick<EngineContext, "wireKeys" | "keyHeader" | "fields"> {
  const named = (name: string): string => wireKey(`${runId}:${name}`);
  const keys = {
    wireKeys: subjects.map(named),
    ...(keyHeader === undefined ? {} : { keyHeader }),
  };
  if (belongs === undefined) return keys;
  const line = (subject: string): string =>
    Object.entries(belongs)
      .map(([by, ownerOf]) => `x-${by}-id: ${named(ownerOf(subject))}\r\n`)
      .join("");
  return { ...keys, fields: subjects.map(line) };
}
