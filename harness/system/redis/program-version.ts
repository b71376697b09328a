import { runBriefly } from "../run-briefly.ts";

/** The version that `command --version` tells (`v=7.0.15`); `undefined` if it cannot be run. */
export async function programVersion(
  command: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const { code, stdout } = await runBriefly({ command, args: ["--version"], withinMs: 10_000, env });
  return code === 0 ? /\bv=(\d+(?:\.\d+)+)/.exec(stdout)?.[1] : undefined;
}
