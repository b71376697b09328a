import { bandwidth } from "./bandwidth.ts";
import { latency } from "./latency.ts";
import { limitData } from "./limit-data.ts";
import { noop } from "./noop.ts";
import { redisError } from "./redis-error.ts";
import { redisReplyLost } from "./redis-reply-lost.ts";
import { resetPeer } from "./reset-peer.ts";
import { slicer } from "./slicer.ts";
import { slowClose } from "./slow-close.ts";
import { timeout } from "./timeout.ts";
import type { Toxic } from "./toxic.ts";

/** Every type of toxic, by its name in the API. */
export const toxics: ReadonlyMap<string, Toxic> = new Map(
  [
    latency,
    bandwidth,
    slowClose,
    timeout,
    slicer,
    limitData,
    resetPeer,
    noop,
    redisReplyLost,
    redisError,
  ].map((toxic: Toxic) => [toxic.type, toxic]),
);
