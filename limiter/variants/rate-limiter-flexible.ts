import { flexible } from "../peers/flexible.ts";
import type { Variant } from "./variant.ts";

/** Options: https://github.com/animir/node-rate-limiter-flexible/wiki/Redis */
export const variant: Variant = flexible(
  "rate-limiter-flexible over ioredis: a window from the first hit; without Redis it leaves the answer to us, who refuse; its connection as its documentation makes it.",
  "none",
);
