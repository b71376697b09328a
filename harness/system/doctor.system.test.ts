import { afterEach, expect, inject, test, vi } from "vitest";
import { doctor, renderDoctor } from "./doctor.ts";
import { freePort } from "./free-port.ts";

afterEach(() => vi.unstubAllEnvs());

test("every thing that a run needs has its row, and one Redis would be used", async () => {
  const rows = await doctor({ system: "auto" });
  const names = [
    "Node",
    "cache",
    "Redis: PATH",
    "Redis: package archive",
    "Redis: Docker",
    "Docker",
    "leftovers",
  ];
  expect(rows.map(({ what }) => what)).toEqual(
    expect.arrayContaining([...names, "processors", "clock source"]),
  );
  expect(rows.filter(({ state }) => state === "used")).toHaveLength(1);
  expect(renderDoctor(rows).split("\n")).toHaveLength(rows.length);
});

test("a Redis that is given would be used", async () => {
  const rows = await doctor({ system: "auto", url: inject("redisUrl") });
  expect(rows).toContainEqual({
    what: "Redis",
    state: "used",
    detail: expect.stringContaining("given: redis://"),
  });
});

test("a given one that does not answer is bad, with the reason", async () => {
  const rows = await doctor({ system: "auto", url: `redis://127.0.0.1:${await freePort()}` });
  expect(rows).toContainEqual({
    what: "Redis",
    state: "bad",
    detail: expect.stringContaining("ECONNREFUSED"),
  });
});

test("without any source it says what to do, and why Docker is none", async () => {
  vi.stubEnv("DOCKER_HOST", `tcp://127.0.0.1:${await freePort()}`);
  const rows = await doctor({ system: "docker" });
  expect(rows).toContainEqual({ what: "Redis", state: "bad", detail: expect.stringContaining("--redis") });
  const reason = expect.stringContaining("ECONNREFUSED");
  expect(rows).toContainEqual({ what: "Docker", state: "unused", detail: reason });
  expect(rows).toContainEqual({ what: "Redis: Docker", state: "unused", detail: reason });
});
