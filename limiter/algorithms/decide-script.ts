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

/** A sequence number has so many digits: it is kept as it comes, for to read and to pack a number takes longer. */
export const SEQUENCE_DIGITS = 13;

/** Bytes of one run's answers: its sequence number, and its bits in six. */
export const ANSWER_BYTES: number = SEQUENCE_DIGITS + 6;

const ANSWERS = ">I6";

/** Length of all that is kept: a byte more, so that it has an end. */
const KEPT_BYTES: number = ANSWERS_KEPT * ANSWER_BYTES + 1;

/** How a lone decision is answered: a list of numbers takes longer to write, to read and to make sense of. */
export const LONE_REPLY = "<dddd";

/** One policy as the script has it: the number of its algorithm (from 1), and `a`, `b`, `c` for it. */
export type Row = readonly [algorithm: number, a: number, b: number, c: number];

/**
 * Atomic decisions, each under several policies, by `algorithms`. All policies of a decision are tested, then all are
 * written or none; an error fails its own decision only. The `usual` rows, those of requests without limits of their
 * own, are part of the text: there are as many texts as there are sets of policies, and every run is shorter for it.
 * What is kept for a caller lives for `keepMs`: longer than anything that is charged still counts. Undefined: nothing is
 * kept, and the first key is not touched.
 *
 * A run has to be short: it stands between every caller and its answer. So a lone usual policy is decided in line if
 * its algorithm can do so, and whatever else may be asked is only made when it is.
 */
export function decideScript(
  algorithms: readonly Algorithm[],
  usual: readonly Row[],
  keepMs: number | undefined,
): Script {
  const text = `-- KEYS: what is kept for the caller, then those of each decision, one a policy.
-- ARGV: 1 Redis time in microseconds after which nothing is done, 2 sequence number of this run in ${SEQUENCE_DIGITS} digits, 3 where its
--   answers are kept; nothing else if all decisions cost 1 and are under the usual rows, else 4 whether to keep answers for
--   longer (0 or 1), 5 number of further rows; then each of these: number of its algorithm, a, b, c;
--   then each decision: its cost, if the usual rows are asked to decide;
--   else 0, mode (1 decide, 2 peek, 3 refund, 4 reset), cost, number of rows, and which; a refund ends with the
--   microseconds that have passed since it was charged, at most (-1: it still counts);
--   or 0, 5 (merge), number of entries, 1, and which row; then each entry: its age in microseconds, cost.
-- Reply: for a lone decision, in line, before which something was kept: four numbers as \`struct\` packs "${LONE_REPLY}":
--   Redis time, remaining, microseconds to wait (0: it was admitted), microseconds until more remains.
--   Else a list: Redis time; if it is negative, there follows 0 if it was too late (and nothing else), -1 if nothing can be
--   kept for the caller; else nothing had been, and it is the Redis time since which there is data, or 1;
--   then each decision: an error;
--   or the number of the policy that denies, below 0 (of several the longest wait), and three numbers a policy:
--   remaining, microseconds to wait (0: none, -1: for ever), microseconds until more remains;
--   or, if none denies, two a policy: remaining, microseconds until more remains
--   (refund: what was given back, 0; merge: what was added, 0; reset: whether there was a key, 0).
local ask, keys, argv = redis.pcall, KEYS, ARGV
local time = ask("TIME")
local now = time[1] * 1000000 + time[2]
if now > tonumber(argv[1]) then return { -now, 0 } end
local pack, unpack, ceil, floor = struct.pack, struct.unpack, math.ceil, math.floor
local remaining, retryUs, resetUs = nil, 0, 0
${loneOf(algorithms, usual, keepMs)}
local size, before, power, answers, at, general = 1, 1, 1, 0, 6, nil
local last, areAllUsual = #keys, not argv[4]
local reply = last > 1 and { now, 0, 0 } or { now }
if not areAllUsual then at = 6 + 4 * argv[5] end
while before < last do
  local cost = 1
  if not areAllUsual then cost, at = tonumber(argv[at]), at + 1 end
${inlineOf(algorithms, usual)}
  if not remaining then
    general = general or (function()
${generalOf(algorithms, usual)}
      return each
    end)()
    general(cost)
  elseif retryUs == 0 then
    reply[size + 1], reply[size + 2] = remaining, resetUs
    size, before, answers, power = size + 2, before + 1, answers + power, power * 2
  else
    reply[size + 1], reply[size + 2], reply[size + 3], reply[size + 4] = -1, remaining, retryUs, resetUs
    size, before, power = size + 4, before + 1, power * 2
  end
  remaining, retryUs, resetUs = nil, 0, 0
end
${keepMs === undefined ? "" : keepOf(keepMs)}
return reply`;
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

/**
 * A decision that is alone in its run: who asks it waits for this and nothing else. If it cannot be recorded as usual
 * it is decided already, and the rest follows below.
 */
function loneOf(algorithms: readonly Algorithm[], usual: readonly Row[], keepMs: number | undefined): string {
  const decide = inlineWay(algorithms, usual);
  if (decide === undefined) return "";
  const bits = `(retryUs == 0 and "\\0\\0\\0\\0\\0\\1" or "\\0\\0\\0\\0\\0\\0")`;
  const record = `ask("SETRANGE", keys[1], argv[3], argv[2] .. ${bits})`;
  const isKept = keepMs === undefined ? "remaining" : `remaining and ${record} == ${KEPT_BYTES}`;
  return `if keys[2] and not keys[3] and not argv[4] then
  local cost, key = 1, keys[2]
  ${decide}
  if ${isKept} then return pack("${LONE_REPLY}", now, remaining, retryUs, resetUs) end
end`;
}

/** Decides under the only usual row, if its algorithm has a way to do so in line. */
function inlineOf(algorithms: readonly Algorithm[], usual: readonly Row[]): string {
  const decide = inlineWay(algorithms, usual);
  if (decide === undefined) return "";
  return `if cost ~= 0 and not remaining then local key = keys[before + 1] ${decide} end`;
}

function inlineWay(algorithms: readonly Algorithm[], usual: readonly Row[]): string | undefined {
  const [[number, ...numbers] = [0, 0, 0, 0] as const, ...others] = usual;
  return others.length > 0 ? undefined : algorithms[number - 1]?.inline?.(numbers);
}

/** Whatever may be asked, with all rows. */
function generalOf(algorithms: readonly Algorithm[], usual: readonly Row[]): string {
  return `local algorithms = { ${algorithms.map(({ lua }) => lua).join(", ")} }
local known = { ${usual.map(([algorithm, ...numbers]) => `{ algorithms[${algorithm}], ${numbers.join(", ")} }`).join(", ")} }
local USUAL, DECIDE, PEEK, REFUND, RESET, MERGE = ${usual.length}, "1", "2", "3", "4", "5"
${ROWS}
local plans = {}
${DECIDE}
${CORRECT}
${MERGE}
${EACH}`;
}

const ROWS = `
local row = 6
for i = USUAL + 1, USUAL + (argv[5] or 0) do
  known[i] = { algorithms[tonumber(argv[row])], tonumber(argv[row + 1]), tonumber(argv[row + 2]), tonumber(argv[row + 3]) }
  row = row + 4
end`;

const DECIDE = `
-- Under the rows, for the keys from here on. Whether it has changed anything, as of \`correct\`.
local function decide(mode, cost, rows, count)
  local denying, wait = 0, 0
  for i = 1, count do
    local row = rows[i]
    local plan = row[1].test(keys[before + i], now, cost, row[2], row[3], row[4])
    local retryUs = plan.retryUs
    plans[i] = plan
    if retryUs ~= 0 and wait ~= -1 and (retryUs == -1 or retryUs > wait) then denying, wait = i, retryUs end
  end
  local isCharged, place = denying == 0 and mode ~= PEEK, size + 1
  if denying ~= 0 then
    reply[place] = -denying
    place = place + 1
  end
  for i = 1, count do
    local remaining, resetUs = rows[i][1].quota(plans[i], isCharged)
    reply[place] = remaining
    if denying ~= 0 then
      place = place + 1
      reply[place] = plans[i].retryUs
    end
    reply[place + 1] = resetUs
    place = place + 2
  end
  if isCharged then
    for i = 1, count do rows[i][1].write(plans[i]) end
  end
  size = place - 1
  return isCharged
end`;

/** Keys are tested before the first is changed: one of a wrong type leaves all as they were. */
const CORRECT = `
local function correct(mode, cost, age, rows, count)
  for i = 1, count do
    local row = rows[i]
    if mode == REFUND then row[1].test(keys[before + i], now, 1, row[2], row[3], row[4]) end
  end
  for i = 1, count do
    local row, key, place = rows[i], keys[before + i], size + 2 * i
    local done = mode == RESET and redis.call("DEL", key) or row[1].refund(key, now, cost, age, row[2], row[3], row[4])
    reply[place - 1], reply[place] = done, 0
  end
  size = size + 2 * count
  return true
end`;

/** One row and one key, and the entries in ARGV from \`first\` to \`final\`. */
const MERGE = `
local function merge(first, final, row)
  local entries = {}
  for i = first, final do entries[#entries + 1] = tonumber(argv[i]) end
  reply[size + 1], reply[size + 2] = row[1].merge(keys[before + 1], now, entries, row[2], row[3], row[4]), 0
  size = size + 2
  return true
end`;

/** \`at\` and \`counted\` are ahead of the decision that runs; the others follow when it is done. */
const EACH = `
local counted
local function run(cost)
  counted = USUAL
  if cost ~= 0 then return decide(DECIDE, cost, known, USUAL) end
  local mode, rows = argv[at], {}
  cost, counted = tonumber(argv[at + 1]), tonumber(argv[at + 2])
  for i = 1, counted do rows[i] = known[tonumber(argv[at + 2 + i])] end
  at = at + 3 + counted
  if mode == RESET then return correct(mode, cost, 0, rows, counted) end
  if mode == REFUND then
    at = at + 1
    return correct(mode, cost, tonumber(argv[at - 1]), rows, counted)
  end
  if mode ~= MERGE then return decide(mode, cost, rows, counted) end
  local first = at
  at = at + 2 * cost
  return merge(first, at - 1, rows[1])
end

local function each(cost)
  local fine, result = pcall(run, cost)
  if not fine then
    for i = size + 2, size + 1 + 3 * counted do reply[i] = nil end
    size = size + 1
    reply[size] = type(result) == "table" and result.err or tostring(result)
  elseif result then
    answers = answers + power
  end
  before, power = before + counted, power * 2
end`;

/**
 * Last, because what it records has then been done; a caller whose reply was lost finds here what it was.
 * What is kept has its full length from the first run on: a shorter one means that Redis has lost its data, or this key
 * alone. So the callers of one Redis have a key in common, which says since when there is data. It lives for half as long:
 * when time is said to have passed, it has gone before what it speaks for. (In a cluster there is none.)
 */
function keepOf(keepMs: number): string {
  return `
local kept, state = ask("SETRANGE", keys[1], argv[3], argv[2] .. pack("${ANSWERS}", answers)), nil
if type(kept) == "table" then
  state = -1
elseif kept ~= ${KEPT_BYTES} then
  state = 1
  ask("SETRANGE", keys[1], "${KEPT_BYTES - 1}", "\\0")
end
if state == 1 or argv[4] == "1" then
  ask("PEXPIRE", keys[1], "${keepMs}")
  local common = string.match(keys[1], "^(.*:)kept:[^:{}]*$")
  if common then
    common = common .. "since:${keepMs}"
    local since = ask("GET", common) or now
    if since == now then ask("SET", common, now) end
    ask("PEXPIRE", common, "${Math.ceil(keepMs / 2)}")
    if state == 1 then state = tonumber(since) or 1 end
  end
end
if state then
  reply[1] = -now
  table.insert(reply, 2, state)
end`;
}
