import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { packageRoot } from "../package-root.ts";
import { until } from "./until.ts";

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** Runs `body` with `ending` and `owns(name, waitMs)` at hand; `act` is called once it has said "up". */
async function harness(
  body: string,
  act: (child: ChildProcess, said: () => string) => unknown,
  options = "",
): Promise<Ended> {
  const script = `
    import { trackEnding } from "${packageRoot}/harness/system/ending.ts";
    process.on("uncaughtException", () => process.exit(99));
    const ending = trackEnding({ deadlineMs: 2000, ${options} });
    const owns = (name, waitMs = 0) => ending.own({
      async [Symbol.asyncDispose]() {
        console.log("begin " + name);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        console.log("end " + name);
      },
    });
    ${body}
    console.log("up");
    setTimeout(() => {}, 60_000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  const hear = (text: Buffer) => {
    out += text;
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  try {
    const ended = once(child, "exit");
    await until(() => out.includes("up\n"));
    await act(child, () => out);
    await ended;
    return { code: child.exitCode, out };
  } finally {
    child.kill("SIGKILL");
  }
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s disposes of everything, the last one first, and exits with 130",
  async (signal) => {
    const { code, out } = await harness("owns('one'); owns('two', 50);", (child) => child.kill(signal));
    expect(code).toBe(130);
    expect(out.match(/(begin|end) \w+/g)).toEqual(["begin two", "end two", "begin one", "end one"]);
    expect(out).toContain(`Interrupted`);
  },
);

test("a second signal exits at once", async () => {
  const twice = async (child: ChildProcess, said: () => string) => {
    child.kill("SIGINT");
    await until(() => said().includes("begin slow"));
    child.kill("SIGINT");
  };
  const { code, out } = await harness(
    "owns('slow', 60_000);",
    twice,
    "deadlineMs: 60_000, repeatWithinMs: 0",
  );
  expect(code).toBe(130);
  expect(out).not.toContain("end slow");
});

test("one Ctrl-C that arrives twice, as npm sends it on, is one", async () => {
  const twice = async (child: ChildProcess, said: () => string) => {
    child.kill("SIGINT");
    await until(() => said().includes("begin one"));
    child.kill("SIGINT");
  };
  const { code, out } = await harness("owns('one', 200);", twice, "repeatWithinMs: 60_000");
  expect(code).toBe(130);
  expect(out).toContain("end one");
});

test("a disposer that never ends is left behind at the deadline", async () => {
  const { code, out } = await harness("owns('first'); owns('slow', 60_000);", (child) =>
    child.kill("SIGINT"),
  );
  expect(code).toBe(130);
  expect(out).not.toContain("end slow");
});

test("a disposer that fails does not keep the others from running", async () => {
  const body = "owns('one'); ending.own({ async [Symbol.asyncDispose]() { throw new Error('stuck'); } });";
  const { code, out } = await harness(body, (child) => child.kill("SIGINT"));
  expect(code).toBe(130);
  expect(out).toContain("stuck");
  expect(out).toContain("end one");
});

test("an uncaught error disposes of everything and exits with 4", async () => {
  const body = "owns('one'); process.once('SIGUSR2', () => { throw new Error('a bug'); });";
  const { code, out } = await harness(body, (child) => child.kill("SIGUSR2"));
  expect(code).toBe(4);
  expect(out).toContain("a bug");
  expect(out).toContain("end one");
});

test("work that is cut short cannot overtake the end", async () => {
  const body = `owns('one', 100);
    ending.signal.addEventListener("abort", async () => {
      Promise.reject(new Error("cut short"));
      await ending.release();
      process.exit(4);
    });`;
  const { code, out } = await harness(body, (child) => child.kill("SIGINT"));
  expect(code).toBe(130);
  expect(out).toContain("end one");
});

test("once released, signals and errors have their usual effect again", async () => {
  const released = "owns('one'); await ending.release();";
  expect(await harness(released, (child) => child.kill("SIGTERM"))).toEqual({ code: null, out: "up\n" });
  const broken = `${released} process.once('SIGUSR2', () => { throw new Error('a bug'); });`;
  expect(await harness(broken, (child) => child.kill("SIGUSR2"))).toEqual({ code: 99, out: "up\n" });
});

test("one tracked inside of another is a part of it: what it owns goes first, and there is one exit, after all", async () => {
  const body = `owns('outer', 200);
    const inner = trackEnding();
    inner.own({
      async [Symbol.asyncDispose]() {
        await new Promise((resolve) => setTimeout(resolve, 50));
        console.log("end inner");
      },
    });`;
  const { code, out } = await harness(body, (child) => child.kill("SIGINT"));
  expect(code).toBe(130);
  expect(out.match(/end \w+/g)).toEqual(["end inner", "end outer"]);
  expect(out.match(/Interrupted/g)).toHaveLength(1);
  const released = await harness(`${body} await inner.release();`, (child) => child.kill("SIGINT"));
  expect(released.code).toBe(130);
  expect(released.out.match(/end \w+/g)).toEqual(["end outer"]);
});
