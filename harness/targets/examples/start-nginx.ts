import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../../system/cache-folder.ts";
import { fetchCopy } from "../../system/fetch-copy.ts";
import { freePort } from "../../system/free-port.ts";
import { startGuarded } from "../../system/guarded-process.ts";
import { askHealth } from "../../system/health.ts";
import { runBriefly } from "../../system/run-briefly.ts";
import { systemName } from "../../system/system-name.ts";
import { until } from "../../system/until.ts";

/** An nginx that runs. */
export interface Nginx extends AsyncDisposable {
  readonly url: string;
}

/**
 * For tests: starts `nginx.conf` on a free port, with the nginx that is installed, else with one that is fetched once
 * from the system's package archive into the cache. Why there is none, where that cannot be done.
 */
export async function startNginx(): Promise<Nginx | { readonly reason: string }> {
  const found = await findNginx();
  if ("reason" in found) return found;
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "gatecrash-nginx-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const conf = await readFile(join(import.meta.dirname, "nginx.conf"), "utf8");
  const file = join(folder, "nginx.conf");
  await writeFile(file, conf.replace("127.0.0.1:8088", `127.0.0.1:${port}`));
  const running = stack.use(
    await startGuarded({
      name: "nginx",
      command: found.command,
      args: ["-p", folder, "-e", "stderr", "-c", file],
      logFile: join(folder, "nginx.log"),
    }),
  );
  await until(async () => {
    if (running.exit !== null) throw new Error(`nginx ended: ${running.lastLogLines(5).join(" | ")}`);
    return (await askHealth({ host: "127.0.0.1", port })) === "ready";
  });
  const owned = stack.move();
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function findNginx(): Promise<{ readonly command: string } | { readonly reason: string }> {
  const home = join(cacheFolder(), "nginx", systemName());
  const programIn = (copy: string) => join(copy, "usr", "sbin", "nginx");
  for (const command of ["nginx", "/usr/sbin/nginx", programIn(join(home, "current"))])
    if (await runs(command)) return { command };
  try {
    const copy = await fetchCopy({
      // `nginx` alone holds no program on older systems.
      wanted: { what: "nginx", anyOf: ["nginx-core", "nginx"] },
      home,
      onProgress: () => undefined,
      works: (folder) => runs(programIn(folder)),
    });
    return { command: programIn(copy) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { reason: `there is no nginx here, and none could be fetched (${why})` };
  }
}

async function runs(command: string): Promise<boolean> {
  return (await runBriefly({ command, args: ["-v"], withinMs: 10_000 })).code === 0;
}
