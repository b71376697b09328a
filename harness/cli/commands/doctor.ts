import type { Command } from "commander";
import { exitCode } from "../../refusal.ts";
import { doctor, renderDoctor } from "../../system/doctor.ts";
import { systemChoice } from "../system-choice.ts";

/** `doctor`: what would be used and why, and what earlier runs left behind. */
export function addDoctor(program: Command, ended: (code: number) => void): void {
  program
    .command("doctor")
    .description("Says which Redis would be used and why, and removes what broken runs left behind.")
    .option("--redis <url>", "look at this Redis instead")
    .option("--system <where>", "auto, local or docker", "auto")
    .addHelpText("after", "\nExamples:\n  npm run doctor\n  npm run doctor -- --redis redis://127.0.0.1:6379")
    .action(async ({ redis, system }: { redis?: string; system: string }) => {
      const rows = await doctor({
        ...(redis === undefined ? {} : { url: redis }),
        system: systemChoice(system),
      });
      console.log(renderDoctor(rows));
      ended(rows.some(({ state }) => state === "bad") ? exitCode.usage : exitCode.pass);
    });
}
