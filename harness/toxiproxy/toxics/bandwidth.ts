import { delayLine } from "./delay-line.ts";
import { type ByteToxic, byteToxic } from "./toxic.ts";

const sliceMs = 100;
const mostPieces = 2;

/** Lets `rate` kilobytes (1,000 bytes) a second through, in slices of 100 ms. Nothing at all with a rate of 0. */
export const bandwidth: ByteToxic = byteToxic({
  type: "bandwidth",
  attributes: { rate: "int64" },
  stage(values, way) {
    const line = delayLine(way, way.room);
    /** When the line will have sent all that it holds. */
    let freeAtMs = 0;
    return {
      chunk(bytes, receivedMs) {
        const bytesPerMs = Math.max(0, values.rate);
        const slice = bytesPerMs === 0 ? bytes.length : bytesPerMs * sliceMs;
        if (line.size === 0) freeAtMs = Math.max(freeAtMs, performance.now());
        for (let from = 0; from < bytes.length; from += slice) {
          const piece = bytes.subarray(from, from + slice);
          freeAtMs += piece.length / bytesPerMs;
          line.push(piece, receivedMs, freeAtMs);
        }
      },
      end: () => (line.size === 0 ? way.end() : line.end(0)),
      isFull: () => line.size >= mostPieces,
      updated() {
        freeAtMs = 0;
        line.release();
      },
      release: line.release,
      discard: line.discard,
    };
  },
});
