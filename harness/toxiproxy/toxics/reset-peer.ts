import { delayLine } from "./delay-line.ts";
import { type ByteToxic, byteToxic } from "./toxic.ts";

/** Drops data, and answers the first of it with a TCP reset of both sides after `timeout` ms. */
export const resetPeer: ByteToxic = byteToxic({
  type: "reset_peer",
  attributes: { timeout: "int64" },
  stage(values, way) {
    const line = delayLine({ chunk() {}, end: way.reset });
    const hit = () => {
      if (line.size === 0) line.end(performance.now() + values.timeout);
    };
    return { chunk: hit, end: hit, release: line.release, discard: line.discard };
  },
});
