import type { SKRSContext2D } from "canvas";
import { family } from "./font.ts";
import { palette } from "./palette.ts";

/** How a word is written. */
export interface Lettering {
  readonly size: number;
  /** @default 400 */
  readonly weight?: 400 | 600;
  /** @default the ink's */
  readonly colour?: string;
  /** @default "left" */
  readonly align?: "left" | "right" | "center";
}

/** Writes `text` with its line at `y`. */
export function write(ctx: SKRSContext2D, text: string, x: number, y: number, lettering: Lettering): void {
  const { size, weight = 400, colour = palette.ink, align = "left" } = lettering;
  ctx.font = `${weight} ${size}px "${family}"`;
  ctx.fillStyle = colour;
  ctx.textAlign = align;
  ctx.textBaseline = "alphabetic";
  ctx.fillText(text, x, y);
}
