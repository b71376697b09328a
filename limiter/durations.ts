import { Histogram, type Registry } from "prom-client";

/** A histogram that is cheap to add to: Prometheus's own looks for its labels, of which there are none, each time. */
interface Durations {
  readonly observe: (seconds: number) => void;
}

const NAME = "rate_limiter_decision_duration_seconds";
const HELP = "From the question to the answer of one decision.";
const BOUNDS: readonly number[] = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

const known = new WeakMap<object, Durations>();

/** The durations of `registry`, which are made if they are not there yet. */
export function durations(registry: Registry): Durations {
  const existing = registry.getSingleMetric(NAME);
  if (existing === undefined) return made(registry);
  const found = known.get(existing);
  if (found !== undefined) return found;
  throw new TypeError(`The registry has a metric ${NAME} that is not this limiter's.`);
}

function made(registry: Registry): Durations {
  const counts = new Array<number>(BOUNDS.length + 1).fill(0);
  let sum = 0;
  const metric = new Histogram({ name: NAME, help: HELP, buckets: [...BOUNDS], registers: [] });
  // What is shown is counted here; all else is as in any histogram.
  Object.assign(metric, {
    getForPromString: undefined,
    get: async () => ({
      name: NAME,
      help: HELP,
      type: "histogram",
      aggregator: "sum",
      values: valuesOf(counts, sum),
    }),
    reset() {
      counts.fill(0);
      sum = 0;
    },
  });
  registry.registerMetric(metric);
  const own = {
    observe(seconds: number) {
      let at = 0;
      while (seconds > (BOUNDS[at] ?? Number.POSITIVE_INFINITY)) at++;
      counts[at] = (counts[at] ?? 0) + 1;
      sum += seconds;
    },
  };
  known.set(metric, own);
  return own;
}

/** Each bucket holds those below it, too. */
function valuesOf(counts: readonly number[], sum: number): readonly object[] {
  let below = 0;
  const buckets = counts.map((count, i) => {
    below += count;
    return { labels: { le: BOUNDS[i] ?? "+Inf" }, value: below, metricName: `${NAME}_bucket` };
  });
  return [
    ...buckets,
    { labels: {}, value: sum, metricName: `${NAME}_sum` },
    { labels: {}, value: below, metricName: `${NAME}_count` },
  ];
}
