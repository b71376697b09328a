import { expect, it } from "vitest";
import { metricSelector } from "./metric-selector.ts";

const sample = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
  name,
  labels: new Map(Object.entries(labels)),
});

it("picks what has its name and all of its labels, whatever else that has", () => {
  const { picks } = metricSelector('hits_total{result="ok"}');
  expect(picks(sample("hits_total", { result: "ok", route: "/" }))).toBe(true);
  expect(picks(sample("hits_total", { result: "no" }))).toBe(false);
  expect(picks(sample("hits_total"))).toBe(false);
  expect(picks(sample("hits", { result: "ok" }))).toBe(false);
});

it("says what is wrong with a text that selects nothing", () => {
  expect(() => metricSelector('hits{result=ok"}')).toThrow("selects no metric: no label begins at column 6");
  expect(() => metricSelector("hits 1")).toThrow("selects no metric: more follows its labels");
  expect(() => metricSelector("")).toThrow("selects no metric: no metric name begins it");
});
