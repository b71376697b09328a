import { type ByteToxic, byteToxic } from "./toxic.ts";

/** Closes once `bytes` bytes have passed; they are counted on through updates. */
export const limitData: ByteToxic = byteToxic({
  type: "limit_data",
  attributes: { bytes: "int64" },
  stage(values, way) {
    let passed = 0;
    let ended = false;
    const end = () => {
      if (!ended) way.end();
      ended = true;
    };
    return {
      chunk(bytes, receivedMs) {
        if (ended) return;
        const room = Math.max(0, values.bytes - passed);
        const piece = bytes.length > room ? bytes.subarray(0, room) : bytes;
        passed += piece.length;
        if (piece.length > 0) way.chunk(piece, receivedMs);
        if (passed >= values.bytes) end();
      },
      end,
      release() {},
      discard() {},
    };
  },
});
