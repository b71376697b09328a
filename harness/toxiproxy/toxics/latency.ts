import { delayLine } from "./delay-line.ts";
import { type ByteToxic, byteToxic } from "./toxic.ts";

const mostChunks = 1024;

/** Delays data by `latency` ms, give or take `jitter` ms; counted from its arrival, so a stream is not slowed down. */
export const latency: ByteToxic = byteToxic({
  type: "latency",
  attributes: { latency: "int64", jitter: "int64" },
  stage(values, way) {
    // What leaves is as new: the next toxic's delay comes on top.
    const line = delayLine({ chunk: (bytes) => way.chunk(bytes, performance.now()), end: way.end }, way.room);
    const delayMs = () => {
      const spread = values.jitter > 0 ? (2 * way.random() - 1) * values.jitter : 0;
      return Math.max(0, values.latency + spread);
    };
    return {
      chunk(bytes, receivedMs) {
        line.push(bytes, receivedMs, receivedMs + delayMs());
      },
      end: () => (line.size === 0 ? way.end() : line.end(0)),
      isFull: () => line.size >= mostChunks,
      updated: () => line.retime((receivedMs) => receivedMs + delayMs()),
      release: line.release,
      discard: line.discard,
    };
  },
});
