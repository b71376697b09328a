import type { EngineContext } from "../engines/engine.ts";
import { wireKey } from "../engines/wire-keys.ts";
import type { History } from "../history/history.ts";
import type { Scenario } from "../scenario.ts";

/** To whom else `subjects` belong, as the history tells it; nothing where they belong to nobody. */
export function belongingOf({ belongs }: Scenario, subjects: readonly string[]): Pick<History, "belongs"> {
  if (belongs === undefined) return {};
  return {
    belongs: Object.fromEntries(Object.entries(belongs).map(([by, ownerOf]) => [by, subjects.map(ownerOf)])),
  };
}

/** What `subjects` are called on the wire, and what each request tells of whom they belong to, all with the run's id. */
export function namesOnWire(
  { belongs }: Scenario,
  runId: string,
  subjects: readonly string[],
): Pick<EngineContext, "wireKeys" | "fields"> {
  const named = (name: string): string => wireKey(`${runId}:${name}`);
  const wireKeys = subjects.map(named);
  if (belongs === undefined) return { wireKeys };
  const line = (subject: string): string =>
    Object.entries(belongs)
      .map(([by, ownerOf]) => `x-${by}-id: ${named(ownerOf(subject))}\r\n`)
      .join("");
  return { wireKeys, fields: subjects.map(line) };
}
