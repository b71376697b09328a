import fc from "fast-check";
import { expect, it } from "vitest";
import { metricValue } from "./metric-value.ts";

const text = `# HELP nodejs_eventloop_lag_p99_seconds The 99th percentile.
# TYPE nodejs_eventloop_lag_p99_seconds gauge
nodejs_eventloop_lag_p99_seconds 0.012 1700000000000
nodejs_eventloop_lag_p99_seconds_more 7
state{state="closed",who="a } \\"b\\", c=\\"d"} 1
state{state="open"} 0
bucket{le="+Inf"} +Inf
odd NaN
`;

it("reads the sample of exactly that name, with or without a stamp", () => {
  expect(metricValue(text, "nodejs_eventloop_lag_p99_seconds")).toBe(0.012);
  expect(metricValue(text, "nodejs_eventloop_lag_p99")).toBeNull();
  expect(metricValue(text, "nothing")).toBeNull();
  expect(metricValue("", "nothing")).toBeNull();
});

it("reads the sample that has the labels, whatever other labels hold", () => {
  expect(metricValue(text, "state", { state: "open" })).toBe(0);
  expect(metricValue(text, "state", { who: 'a } "b", c="d' })).toBe(1);
  expect(metricValue(text, "state", { c: "d" })).toBeNull();
  expect(metricValue(text, "state", { state: "half-open" })).toBeNull();
});

it("knows infinity, and takes no NaN for a number", () => {
  expect(metricValue(text, "bucket", { le: "+Inf" })).toBe(Number.POSITIVE_INFINITY);
  expect(metricValue(text, "odd")).toBeNull();
});

it("finds any label back that is written by the format's rules", () => {
  fc.assert(
    fc.property(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), (label, value) => {
      const written = label.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
      expect(metricValue(`m{a="x",b="${written}"} ${value}\n`, "m", { b: label })).toBe(Number(`${value}`));
    }),
  );
});
