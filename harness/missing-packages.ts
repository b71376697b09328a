import { createRequire } from "node:module";
import { isInstalled } from "./package-root.ts";

/** Those of `names` that cannot be found from here: what is not needed by everybody does not come with us. */
export function missingPackages(names: readonly string[]): string[] {
  const { resolve } = createRequire(import.meta.url);
  return names.filter((name) => {
    try {
      resolve(name);
      return false;
    } catch {
      return true;
    }
  });
}

/** What to type to have `names`. */
export function howToInstall(names: readonly string[]): string {
  return isInstalled ? `npm install --save-dev ${names.join(" ")}` : "npm ci";
}
