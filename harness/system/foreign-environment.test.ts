import { delimiter, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../package-root.ts";
import { foreignEnvironment } from "./foreign-environment.ts";

test("what npm put on the PATH for us is gone, everything else stays in order", () => {
  const path = [
    join(packageRoot, "node_modules/.bin"),
    join(dirname(join(packageRoot, "x")), "../node_modules/.bin"),
    "/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin",
    "/somebody/else/node_modules/.bin",
    "/usr/bin",
  ].join(delimiter);
  expect(foreignEnvironment({ PATH: path }).PATH).toBe(
    ["/somebody/else/node_modules/.bin", "/usr/bin"].join(delimiter),
  );
});

test("npm's own variables are gone", () => {
  const env = foreignEnvironment({ PATH: "/bin", npm_config_rate: "0", INIT_CWD: "/x", HOME: "/home/me" });
  expect(env).toEqual({ PATH: "/bin", HOME: "/home/me" });
});
