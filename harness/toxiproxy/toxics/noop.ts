import { type ByteToxic, byteToxic } from "./toxic.ts";

/** Does nothing. */
export const noop: ByteToxic = byteToxic({
  type: "noop",
  attributes: {},
  stage: (_, way) => ({
    chunk: (bytes, receivedMs) => way.chunk(bytes, receivedMs),
    end: () => way.end(),
    release() {},
    discard() {},
  }),
});
