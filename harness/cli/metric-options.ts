import type { MetricNames } from "../history/history.ts";
import { metricSelector } from "../metrics/metric-selector.ts";
import { nearestName } from "../nearest-name.ts";
import { Refusal } from "../refusal.ts";

const meanings = ["allowed", "denied", "unavailable", "duration", "source"] as const;
type Meaning = (typeof meanings)[number];

/**
 * What `--metric` says of a limiter's metrics, `meaning=series` each: series of `allowed`, `denied` and `unavailable` add up,
 * `duration` is a histogram in seconds, `source` the label that says who decided. `undefined` if nothing was typed; a `Refusal`
 * for what makes no sense.
 */
export function metricNames(typed: readonly string[]): MetricNames | undefined {
  if (typed.length === 0) return undefined;
  const told = typed.map(meaningAndName);
  const all = (wanted: Meaning): readonly string[] =>
    told.flatMap(({ meaning, name }) => (meaning === wanted ? [name] : []));
  const one = (wanted: Meaning): string | undefined => {
    const [first, second] = all(wanted);
    if (second !== undefined) throw new Refusal(`--metric ${wanted} is there twice: give it once.`);
    return first;
  };
  const allowed = all("allowed");
  if (allowed.length === 0)
    throw new Refusal(
      `--metric needs allowed, which counts what was let in, like --metric 'allowed=requests_total{code="200"}'.`,
    );
  const denied = all("denied");
  const unavailable = all("unavailable");
  const durationSeconds = one("duration");
  const sourceLabel = one("source");
  return {
    allowed,
    ...(denied.length === 0 ? {} : { denied }),
    ...(unavailable.length === 0 ? {} : { unavailable }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(sourceLabel === undefined ? {} : { sourceLabel }),
  };
}

function meaningAndName(typed: string): { readonly meaning: Meaning; readonly name: string } {
  const at = typed.indexOf("=");
  const wanted = at < 0 ? typed : typed.slice(0, at);
  const name = at < 0 ? "" : typed.slice(at + 1).trim();
  const meaning = meanings.find((known) => known === wanted.trim());
  if (meaning === undefined) {
    const near = nearestName(wanted, meanings);
    const hint = near === null ? `there are: ${meanings.join(", ")}` : `did you mean ${near}?`;
    throw new Refusal(`--metric takes meaning=series, and ${JSON.stringify(wanted)} is no meaning: ${hint}`);
  }
  requireName(meaning, name);
  return { meaning, name };
}

function requireName(meaning: Meaning, name: string): void {
  const isPlain = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
  if (meaning === "source" || meaning === "duration") {
    if (!isPlain) throw new Refusal(`--metric ${meaning}=${name} takes a plain name, without labels.`);
    return;
  }
  try {
    metricSelector(name);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(`--metric ${meaning}: ${why}.`, { cause });
  }
}
