import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../package-root.ts";
import type { Result } from "../../verdict/result.ts";
import { type Nginx, startNginx } from "./start-nginx.ts";

const theirs = new AsyncDisposableStack();
let nginx: Nginx | { readonly reason: string } = { reason: "it was not looked for" };
let out = "";
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-nginx-runs-"));
  theirs.defer(() => rm(out, { recursive: true, force: true }));
  nginx = await startNginx();
  if ("url" in nginx) theirs.use(nginx);
  else console.warn(`skipped: ${nginx.reason}`);
}, 400_000);
afterAll(() => theirs.disposeAsync());

/** What a burst finds, by checker, if this is what nginx is said to promise. */
async function verdicts(
  url: string,
  ...promised: readonly string[]
): Promise<Readonly<Record<string, string>>> {
  const launcher = join(packageRoot, "harness", "cli", "gatecrash.js");
  const args = [
    "scenario",
    "burst",
    "--url",
    url,
    ...promised,
    "--rate",
    "3000",
    "--duration",
    "8s",
    "--json",
  ];
  const stdout = await new Promise<string>((resolve) => {
    execFile(process.execPath, [launcher, ...args, "--out", out], { maxBuffer: 2 ** 26 }, (_, text) =>
      resolve(text),
    );
  });
  const { findings, outcomes } = JSON.parse(stdout) as Result;
  expect(outcomes).toMatchObject({ errors: 0 });
  expect(outcomes.allowed).toBeGreaterThan(1_000);
  return Object.fromEntries(findings.map(({ checker, verdict }) => [checker, verdict]));
}

const gcra = ["--promise", "gcra", "--limit", "1000", "--window", "2s", "--burst"] as const;

test("nginx's limit_req keeps the promise of a leaky bucket", { timeout: 120_000 }, async ({ skip }) => {
  if ("reason" in nginx) return skip(nginx.reason);
  const found = await verdicts(nginx.url, ...gcra, "1000");
  expect(Object.values(found)).not.toContain("fail");
});

test("and is convicted where less is promised than it lets in", { timeout: 120_000 }, async ({ skip }) => {
  if ("reason" in nginx) return skip(nginx.reason);
  expect((await verdicts(nginx.url, ...gcra, "900"))["within-bound"]).toBe("fail");
  const window = ["--promise", "sliding-window", "--limit", "1000", "--window", "2s"];
  expect((await verdicts(nginx.url, ...window))["within-bound"]).toBe("fail");
});
