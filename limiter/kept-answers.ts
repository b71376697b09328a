import { createHash } from "node:crypto";
import { ANSWER_BYTES, ANSWERS_KEPT, type Script, SEQUENCE_DIGITS } from "./algorithms/decide-script.ts";

const text = `-- KEYS: kept answers. ARGV: sequence numbers of runs.
-- Reply: Redis time in microseconds, then what was charged in each run, as bits; -1 if there was no such run.
local time = redis.call("TIME")
local reply = { time[1] * 1000000 + time[2] }
for i = 1, #ARGV do
  local place = ARGV[i] % ${ANSWERS_KEPT} * ${ANSWER_BYTES}
  local kept = redis.call("GETRANGE", KEYS[1], place, place + ${ANSWER_BYTES - 1})
  reply[i + 1] = -1
  if #kept == ${ANSWER_BYTES} and string.sub(kept, 1, ${SEQUENCE_DIGITS}) == ARGV[i] then
    reply[i + 1] = struct.unpack(">I6", kept, ${SEQUENCE_DIGITS + 1})
  end
end
return reply`;

/** Reads what the decide script has kept of its runs. */
export const KEPT_ANSWERS: Script = { text, sha: createHash("sha1").update(text).digest("hex") };
