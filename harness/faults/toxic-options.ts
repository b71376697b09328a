/** Options that every fault made of a toxic has. */
export interface ToxicOptions {
  /**
   * Share of the connections that it works on, 0 to 1: a connection keeps its lot, so one that a client pools is broken
   * for good or not at all. @default 1
   */
  readonly toxicity?: number;
}

/** Options of a toxic that works on one direction. */
export interface StreamOptions extends ToxicOptions {
  /** `upstream` are the commands, `downstream` the replies. @default "downstream" */
  readonly stream?: "upstream" | "downstream";
}

/** Throws a RangeError unless `toxicity` is a share and the other numbers are whole and not negative. */
export function requireToxic(
  fault: string,
  { toxicity = 1 }: ToxicOptions,
  numbers: Readonly<Record<string, number>>,
): void {
  if (!(toxicity >= 0 && toxicity <= 1))
    throw new RangeError(`${fault}: toxicity must be between 0 and 1, not ${toxicity}.`);
  for (const [name, value] of Object.entries(numbers))
    if (!(Number.isSafeInteger(value) && value >= 0))
      throw new RangeError(`${fault}: ${name} must be a whole number of at least 0, not ${value}.`);
}
