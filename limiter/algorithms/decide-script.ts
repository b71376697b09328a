import { createHash } from "node:crypto";
import type { Algorithm } from "./algorithm.ts";

/** A script's text, and the SHA-1 that Redis knows it by. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

/** Decisions in one run of the script: their answers are the bits of six bytes. */
export const BATCH_AT_MOST = 48;

/** Runs whose answers are kept. */
export const ANSWERS_KEPT = 64;

/** Bytes of one run's answers: its sequence number in seven, and its bits in six. */
export const ANSWER_BYTES = 13;

/** One policy as the script has it: the number of its algorithm (from 1), and `a`, `b`, `c` for it. */
export type Row = readonly [algorithm: number, a: number, b: number, c: number];

/**
 * Atomic decisions, each under several policies, by `algorithms`. All policies of a decision are tested, then all are
 * written or none; an error fails its own decision only. The `usual` rows, those of requests without limits of their
 * own, are part of the text: there are as many texts as there are sets of policies, and every run is shorter for it.
 * What is kept for a caller lives for `keepMs`: longer than anything that is charged still counts.
 */
export function decideScript(
  algorithms: readonly Algorithm[],
  usual: readonly Row[],
  keepMs: number,
): Script {
  const text = `-- KEYS: what is kept for the caller, then those of each decision, one a policy.
-- ARGV: 1 Redis time in microseconds after which nothing is done, 2 sequence number of this run, 3 whether to keep
--   its answers for longer (0 or 1), 4 number of further rows; then each of these: number of its algorithm, a, b, c;
--   then each decision: its cost, if the usual rows are asked to decide;
--   else 0, mode (1 decide, 2 peek, 3 refund, 4 reset), cost, number of rows, and which;
--   or 0, 5 (merge), number of entries, 1, and which row; then each entry, oldest first: its age in microseconds, cost.
-- Reply: Redis time, and nothing else if it was too late; 1 if nothing had been kept for the caller, -1 if
--   nothing can be kept, else 0;
--   then each decision: number of the policy that denies (of several the longest wait; 0: none; -n: the n-th error),
--   then three a policy: remaining, microseconds to wait (0: none, -1: for ever), microseconds until more remains
--   (refund: what was given back, 0, 0; merge: what was added, 0, 0; reset: whether there was a key, 0, 0); then the errors.
local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]
if now > tonumber(ARGV[1]) then return { now } end
local algorithms = { ${algorithms.map(({ lua }) => lua).join(", ")} }
local known = { ${usual.map(([algorithm, ...numbers]) => `{ algorithms[${algorithm}], ${numbers.join(", ")} }`).join(", ")} }
local KEEP_MS = ${keepMs}
local USUAL, DECIDE, PEEK, REFUND, RESET = ${usual.length}, "1", "2", "3", "4"
${ROWS}
local reply, size, plans = { now, 0 }, 2, {}
${DECIDE}
${CORRECT}
${MERGE}
${EACH}
${KEEP}
for i = 1, #failures do reply[size + i] = failures[i] end
return reply`;
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

const ROWS = `
local at = 5
for i = USUAL + 1, USUAL + ARGV[4] do
  known[i] = { algorithms[tonumber(ARGV[at])], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]) }
  at = at + 4
end`;

const DECIDE = `
-- Under the rows, for the keys after \`before\`. Whether it has changed anything, as of \`correct\`.
local function decide(mode, cost, before, rows, count)
  local denying, wait = 0, 0
  for i = 1, count do
    local row = rows[i]
    local plan = row[1].test(KEYS[before + i], now, cost, row[2], row[3], row[4])
    local retryUs = plan.retryUs
    plans[i] = plan
    if retryUs ~= 0 and wait ~= -1 and (retryUs == -1 or retryUs > wait) then denying, wait = i, retryUs end
  end
  local charged = denying == 0 and mode ~= PEEK
  local place = size + 2
  for i = 1, count do
    reply[place], reply[place + 2] = rows[i][1].quota(plans[i], charged)
    reply[place + 1] = plans[i].retryUs
    place = place + 3
  end
  if charged then
    for i = 1, count do rows[i][1].write(plans[i]) end
  end
  reply[size + 1] = denying
  return charged
end`;

/** Keys are tested before the first is changed: one of a wrong type leaves all as they were. */
const CORRECT = `
local function correct(mode, cost, before, rows, count)
  for i = 1, count do
    local row = rows[i]
    if mode == REFUND then row[1].test(KEYS[before + i], now, 1, row[2], row[3], row[4]) end
  end
  for i = 1, count do
    local row, key, place = rows[i], KEYS[before + i], size + 3 * i
    local done = mode == RESET and redis.call("DEL", key) or row[1].refund(key, now, cost, row[2], row[3], row[4])
    reply[place - 1], reply[place], reply[place + 1] = done, 0, 0
  end
  reply[size + 1] = 0
  return true
end`;

/** One row and one key, and the entries in ARGV from `first` to `final`. */
const MERGE = `
local MERGE = "5"
local function merge(first, final, before, row)
  local entries = {}
  for i = first, final do entries[#entries + 1] = tonumber(ARGV[i]) end
  local added = row[1].merge(KEYS[before + 1], now, entries, row[2], row[3], row[4])
  reply[size + 1], reply[size + 2], reply[size + 3], reply[size + 4] = 0, added, 0, 0
  return true
end`;

/**
 * One protected call runs all decisions up to the first that fails, and then the next ones: a call for each is dear.
 * \`at\` and \`counted\` are ahead of the decision that runs; \`before\`, \`size\` and \`power\` follow when it is done.
 */
const EACH = `
local before, counted, power, answers, failures, last = 1, 0, 1, 0, {}, #ARGV
local function each()
  while at <= last do
    local cost, charged = tonumber(ARGV[at]), false
    at, counted = at + 1, USUAL
    if cost ~= 0 then
      charged = decide(DECIDE, cost, before, known, USUAL)
    else
      local mode, rows = ARGV[at], {}
      cost, counted = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
      for i = 1, counted do rows[i] = known[tonumber(ARGV[at + 2 + i])] end
      at = at + 3 + counted
      if mode == MERGE then
        local first = at
        at = at + 2 * cost
        charged = merge(first, at - 1, before, rows[1])
      else
        local run = (mode == REFUND or mode == RESET) and correct or decide
        charged = run(mode, cost, before, rows, counted)
      end
    end
    if charged then answers = answers + power end
    before, size, power = before + counted, size + 1 + 3 * counted, power * 2
  end
end
while true do
  local fine, trouble = pcall(each)
  if fine then break end
  failures[#failures + 1] = type(trouble) == "table" and trouble.err or tostring(trouble)
  for i = size + 2, size + 1 + 3 * counted do reply[i] = 0 end
  reply[size + 1] = -#failures
  before, size, power = before + counted, size + 1 + 3 * counted, power * 2
end`;

/**
 * Last, because what it records has then been done; a caller whose reply was lost finds here what it was.
 * What is kept has its full length (and a byte) from the first run on: a shorter one means that Redis has lost its data.
 */
const KEEP = `
local kept = struct.pack(">I7I6", ARGV[2], answers)
local length = redis.pcall("SETRANGE", KEYS[1], ARGV[2] % ${ANSWERS_KEPT} * ${ANSWER_BYTES}, kept)
if type(length) == "table" then
  reply[2] = -1
elseif length ~= ${ANSWERS_KEPT * ANSWER_BYTES + 1} then
  reply[2] = 1
  redis.pcall("SETRANGE", KEYS[1], ${ANSWERS_KEPT * ANSWER_BYTES}, "\\0")
end
if reply[2] == 1 or ARGV[3] == "1" then redis.pcall("PEXPIRE", KEYS[1], KEEP_MS) end`;
