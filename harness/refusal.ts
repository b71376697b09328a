/** Exit codes of every command. */
export const exitCode = {
  pass: 0,
  fail: 1,
  inconclusive: 2,
  /** Usage or configuration: the user can mend it. */
  usage: 3,
  /** The harness itself failed. */
  broken: 4,
  interrupted: 130,
} as const;

/** Something that the user can mend: `message` is one sentence that says what to do. Ends a command with code 3. */
export class Refusal extends Error {
  readonly code = "GATECRASH_REFUSAL";
  override readonly name = "Refusal";
}

/** What is under test could not be brought up: the run's folder is kept, since the logs in it tell more. */
export class TargetRefusal extends Refusal {}
