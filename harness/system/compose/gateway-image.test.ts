import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../package-root.ts";

const dockerfile = readFileSync(join(import.meta.dirname, "gateway.Dockerfile"), "utf8");
const ignored = readFileSync(join(packageRoot, ".dockerignore"), "utf8").split("\n");
const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = ""]) =>
  files.split(" "),
);
const installed = [...dockerfile.matchAll(/all(?:\.(\w+)|\['([^']+)'\])/g)].map(
  ([, plain, quoted]) => plain ?? quoted,
);
const readme = readFileSync(join(packageRoot, "README.md"), "utf8");
/** Those that the README says can be chosen. */
const [, offered = ""] = /limiter and policy: one of our own,([^;]*?), for the image/.exec(readme) ?? [];
const own = Array.from(offered.matchAll(/`([a-z-]+)`/g), ([, name = ""]) => name);

/** All files of ours, and the names of all packages, that some files need to run: types cost nothing. */
function needsOf(...entries: string[]): { files: string[]; packages: string[] } {
  const files = new Set(entries.map((entry) => resolve(packageRoot, entry)));
  const packages = new Set<string>();
  // A set that grows while it is walked through is walked to its new end.
  for (const file of files) {
    const imports = readFileSync(file, "utf8").matchAll(
      /(?:^(?:import|export) (?!type )[^;]*?from |\bimport\()"([^"]+)"/gm,
    );
    for (const [, name = ""] of imports) {
      if (name.startsWith(".")) files.add(resolve(dirname(file), name));
      else if (!name.startsWith("node:")) packages.add(name);
    }
  }
  return { files: [...files].map((file) => relative(packageRoot, file)), packages: [...packages] };
}

test("what is copied exists, and is let through to the build", () => {
  expect(copied).toEqual(expect.arrayContaining(["package.json", "package-lock.json", "limiter"]));
  for (const file of copied) {
    expect(existsSync(join(packageRoot, file)), file).toBe(true);
    expect(
      ignored.some((line) => line.startsWith("!") && `${file}/`.startsWith(`${line.slice(1)}/`)),
      file,
    ).toBe(true);
  }
});

test.each(own)("a gateway with %s finds every file and every package in the image", (name) => {
  const { files, packages } = needsOf("harness/targets/gateway.ts", `limiter/variants/${name}.ts`);
  expect(files.filter((file) => !isCopied(file))).toEqual([]);
  expect(packages.filter((each) => !installed.includes(each))).toEqual([]);
});

test("the README names every limiter that the image has all packages of, and no other", () => {
  const variants = globSync("limiter/variants/*.ts", { cwd: packageRoot }).filter(
    (file) => !/variant\.ts$|\.test\.ts$/.test(file),
  );
  const able = variants.filter((file) =>
    needsOf("harness/targets/gateway.ts", file).packages.every((each) => installed.includes(each)),
  );
  expect(able.map((file) => basename(file, ".ts")).sort()).toEqual(own.toSorted());
});

test("what a gateway needs is really found", () => {
  const { files, packages } = needsOf("harness/targets/gateway.ts", "limiter/variants/sliding-log.ts");
  expect(files).toEqual(expect.arrayContaining(["limiter/metrics.ts", "limiter/algorithms/sliding-log.ts"]));
  expect(packages.toSorted()).toEqual(["ioredis", "prom-client"]);
});

test("the gateway is not run by root", () => {
  const user = dockerfile.split("\n").findLast((line) => line.startsWith("USER "));
  expect(user).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
});

function isCopied(file: string): boolean {
  return copied.some((each) => {
    const isFolder = statSync(join(packageRoot, each)).isDirectory();
    return isFolder ? file.startsWith(`${each}/`) : file === each;
  });
}
