import type { Fate } from "./redis-rule.ts";

/** What a MULTI has seen so far. */
export class Transaction {
  isOpen = false;
  /** One of its commands was refused, so that EXEC has to fail. */
  isRefused = false;
  /** One of its commands is to lose its reply, which is EXEC's. */
  fateOfExec: Fate | null = null;

  /** A command has gone to Redis. */
  went(command: string): void {
    if (command === "MULTI") this.isOpen = true;
    else if (command === "EXEC" || command === "DISCARD" || command === "RESET") this.#end();
  }

  #end(): void {
    this.isOpen = false;
    this.isRefused = false;
    this.fateOfExec = null;
  }
}
