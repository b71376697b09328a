import { flexible } from "../peers/flexible.ts";
import type { Variant } from "./variant.ts";

/** Options: https://github.com/animir/node-rate-limiter-flexible/wiki/Insurance-Strategy, the points divided by the processes. */
export const variant: Variant = flexible(
  "rate-limiter-flexible with its insurance limiter: without Redis, a part of the points in each process's memory; its connection as its documentation makes it.",
  "insured",
);
