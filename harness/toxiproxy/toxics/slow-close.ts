import { delayLine } from "./delay-line.ts";
import { type ByteToxic, byteToxic } from "./toxic.ts";

/** Lets data pass, and closes `delay` ms after the other side did. */
export const slowClose: ByteToxic = byteToxic({
  type: "slow_close",
  attributes: { delay: "int64" },
  stage(values, way) {
    const line = delayLine(way);
    const end = () => line.end(performance.now() + values.delay);
    return {
      chunk: (bytes, receivedMs) => way.chunk(bytes, receivedMs),
      end,
      updated() {
        if (line.size === 0) return;
        line.discard();
        end();
      },
      release: line.release,
      discard: line.discard,
    };
  },
});
