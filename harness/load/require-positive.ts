/** Refuses options that are not finite numbers above zero: `shape` and the option's name lead the sentence. */
export function requirePositive(shape: string, options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options))
    if (!(Number.isFinite(value) && value > 0))
      throw new RangeError(`${shape}: ${name} must be a number above 0, not ${value}.`);
}
