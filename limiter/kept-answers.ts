import { createHash } from "node:crypto";
import { ANSWER_BYTES, type Script, SEQUENCE_DIGITS } from "./algorithms/decide-script.ts";

const text = `-- KEYS: kept answers.
-- Reply: Redis time in microseconds, then two a run of which something is kept: its sequence number, and what was
--   charged in it, as bits.
local time = redis.call("TIME")
local reply, size = { time[1] * 1000000 + time[2] }, 1
local kept = redis.call("GETRANGE", KEYS[1], 0, -1)
for first = 1, #kept - ${ANSWER_BYTES - 1}, ${ANSWER_BYTES} do
  local sequence = tonumber(string.sub(kept, first, first + ${SEQUENCE_DIGITS - 1}))
  if sequence then
    reply[size + 1], reply[size + 2] = sequence, struct.unpack(">I6", kept, first + ${SEQUENCE_DIGITS})
    size = size + 2
  end
end
return reply`;

/** Reads what the decide script has kept of its runs. */
export const KEPT_ANSWERS: Script = { text, sha: createHash("sha1").update(text).digest("hex") };
