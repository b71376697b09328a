import type { Random } from "./random.ts";

/** Draws the key of one arrival. It asks `random` for the same number of numbers each time. */
export type KeyChooser = (random: Random) => string;
