import { delayLine } from "./delay-line.ts";
import { type ByteToxic, byteToxic } from "./toxic.ts";

/**
 * Drops all data, and closes after `timeout` ms, counted from when it came into effect whatever the traffic; with 0 it
 * stays a black hole. Taking it away closes, since bytes are missing.
 */
export const timeout: ByteToxic = byteToxic({
  type: "timeout",
  attributes: { timeout: "int64" },
  stage(values, way) {
    const line = delayLine(way);
    const restart = () => {
      line.discard();
      if (values.timeout > 0) line.end(performance.now() + values.timeout);
    };
    restart();
    return {
      chunk() {},
      end: () => way.end(),
      updated: restart,
      release() {
        line.discard();
        way.end();
      },
      discard: line.discard,
    };
  },
});
