import { CommanderError } from "commander";
import { asTyped } from "../as-typed.ts";
import { exitCode, Refusal } from "../refusal.ts";
import { programOf } from "./program.ts";
import { perhapsSwallowed, refuseSwallowedOptions } from "./swallowed-options.ts";

/** Runs one command line (without `node` and the script) and resolves to its exit code; never rejects for the user's mistakes. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = exitCode.pass;
  const program = programOf((ended) => {
    code = ended;
  });
  try {
    refuseSwallowedOptions(program, args, process.env);
    const hint = perhapsSwallowed(program, args, process.env);
    if (hint !== null) console.error(hint);
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return explained(error);
  }
}

/** One sentence for what the user can mend; anything else is ours and goes up. */
function explained(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCode.pass;
    if (error.code !== "commander.help") console.error(oneSentence(error.message));
    return exitCode.usage;
  }
  if (error instanceof Refusal) {
    console.error(asTyped(error.message));
    return exitCode.usage;
  }
  throw error;
}

function oneSentence(message: string): string {
  const plain = message
    .replace(/^error: /, "")
    .replaceAll("\n", " ")
    .trim();
  const hint = plain.includes("Did you mean") ? "" : " (--help shows examples).";
  return plain.charAt(0).toUpperCase() + plain.slice(1) + hint;
}
