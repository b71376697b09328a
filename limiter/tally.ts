import { Counter, Gauge, type Registry } from "prom-client";

/** A labelled number that is cheap to add to: Prometheus's own is filled only when it is scraped. */
export interface Tally {
  /** Adds one for these label values, in the order of the label names. */
  readonly add: (...labels: string[]) => void;
  /** Adds one for these label values whenever it is called; shows zero for them until then. */
  readonly adder: (...labels: string[]) => () => void;
  /** Adds `count` (below zero only to a gauge) for these label values. */
  readonly addMany: (count: number, ...labels: string[]) => void;
  /** Shows zero for these label values until there is something to count. */
  readonly declare: (...labels: string[]) => void;
}

interface Cell {
  readonly labels: Record<string, string>;
  count: number;
}

const cellsOf = new WeakMap<object, Map<string, Cell>>();

/** The tally `name` of `registry`, which is made if it is not there yet. */
export function tally(
  registry: Registry,
  type: "counter" | "gauge",
  name: string,
  help: string,
  labelNames: readonly string[],
): Tally {
  const metric = registry.getSingleMetric(name) ?? metricOf(registry, type, name, help, labelNames);
  const cells = cellsOf.get(metric);
  if (cells === undefined)
    throw new TypeError(`The registry has a metric ${name} that is not this limiter's.`);
  const cellOf = (labels: readonly string[]): Cell => {
    const id = labels.length === 1 ? (labels[0] ?? "") : labels.join("\n");
    const known = cells.get(id);
    if (known !== undefined) return known;
    const cell = {
      labels: Object.fromEntries(labelNames.map((label, i) => [label, labels[i] ?? ""])),
      count: 0,
    };
    cells.set(id, cell);
    return cell;
  };
  return {
    add: (...labels) => {
      cellOf(labels).count += 1;
    },
    adder: (...labels) => {
      const cell = cellOf(labels);
      return () => {
        cell.count += 1;
      };
    },
    addMany: (count, ...labels) => {
      cellOf(labels).count += count;
    },
    declare: (...labels) => {
      cellOf(labels);
    },
  };
}

function metricOf(
  registry: Registry,
  type: "counter" | "gauge",
  name: string,
  help: string,
  labelNames: readonly string[],
): Counter | Gauge {
  const cells = new Map<string, Cell>();
  const Metric = type === "counter" ? Counter : Gauge;
  const metric: Counter | Gauge = new Metric({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, count } of cells.values()) this.inc(labels, count);
    },
  });
  cellsOf.set(metric, cells);
  return metric;
}
