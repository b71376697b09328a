import { delimiter, dirname, join, resolve } from "node:path";
import { isInstalled, packageRoot } from "../package-root.ts";

/**
 * `env` as a foreign command should see it: without the folders that npm put on the PATH for us and without npm's own
 * variables, so that it finds its programs and settings, not ours.
 */
export function foreignEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !/^(npm_|INIT_CWD$)/i.test(name));
  const kept = (env.PATH ?? "").split(delimiter).filter((folder) => !isOurs(folder));
  return { ...Object.fromEntries(others), PATH: kept.join(delimiter) };
}

/**
 * npm adds `node_modules/.bin` of the package and of every folder above it, and its own node-gyp. Where we are installed
 * those folders are the caller's.
 */
function isOurs(folder: string): boolean {
  if (/[\\/]@npmcli[\\/]run-script[\\/]lib[\\/]node-gyp-bin$/.test(folder)) return true;
  if (isInstalled) return false;
  for (let above = resolve(packageRoot); ; above = dirname(above)) {
    if (resolve(folder) === join(above, "node_modules", ".bin")) return true;
    if (above === dirname(above)) return false;
  }
}
