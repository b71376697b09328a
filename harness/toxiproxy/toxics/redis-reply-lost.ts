import { concerns } from "../resp/spared-commands.ts";
import { type RedisToxic, redisToxic } from "./toxic.ts";

/**
 * The command reaches Redis and is executed, and its reply is lost. `afterwards` says what becomes of the connection:
 * `silence` (the default: no reply comes any more, until the toxic is taken away, which closes it) or `reset`. `commands`
 * names whom it concerns, by default all but the set-up of a connection.
 */
export const redisReplyLost: RedisToxic = redisToxic({
  type: "redis_reply_lost",
  attributes: { afterwards: "string", commands: "[]string" },
  fault: ({ afterwards }) =>
    ["", "silence", "reset"].includes(afterwards) ? null : "afterwards must be silence or reset",
  rule: (values) => ({
    fate: (command) =>
      concerns(command, values.commands, { readsPass: false })
        ? { kind: "lose", afterwards: values.afterwards === "reset" ? "reset" : "silence" }
        : null,
  }),
});
