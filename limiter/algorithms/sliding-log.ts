import type { Algorithm } from "./algorithm.ts";
import { LONGEST_WINDOW_MS, windowTooLong } from "./longest-window.ts";
import { slidingLogInline } from "./sliding-log-inline.ts";
import { slidingLogLocal } from "./sliding-log-local.ts";
import { ENTRY, ENTRY_BYTES, HEADER, HEADER_BYTES, OFFSET_AT } from "./sliding-log-state.ts";

/** Costs are summed modulo this: the running total of a key needs four bytes. */
const LARGEST_LIMIT = 0xffff_ffff;

/**
 * The exact sliding window: at most `limit` of cost in every (t - windowMs, t], and never less.
 *
 * A key is one string: a header and a ring of entries, one for each microsecond in which something was admitted
 * (so at most `limit`), whatever was denied. A full ring that has not turned yet is lengthened in place, for which Redis
 * reserves at most as much again; any other doubles, and so does one beyond half of the limit, which then has its last
 * length. An entry holds its stamp and the total admitted before it: what is used is one subtraction, and what has
 * expired is found by a galloping search, so a decision costs O(log entries) at worst and touches one or two entries on
 * a hot key. `burst` is not used.
 *
 * A key has its own clock: Redis's, plus the sum of all backward steps that it has seen. So a step back
 * neither forgives what was admitted nor stretches the window by more than the time until the next request.
 * It is given a life of two windows, and a new one only when what it holds would outlive that.
 */
export const slidingLog: Algorithm = {
  name: "sliding-log",
  takesBurst: false,
  numbers: ({ limit, windowMs }) => [limit, windowMs * 1_000, 0],
  mistakes: ({ limit, windowMs }) => [
    ...(limit > LARGEST_LIMIT ? [`limit ${limit} is more than ${LARGEST_LIMIT}; use gcra for it`] : []),
    ...(windowMs > LONGEST_WINDOW_MS ? [windowTooLong(windowMs)] : []),
  ],
  promises: ({ limit, windowMs }) => ({
    upper: { kind: "window", limit, windowMs },
    lower: { kind: "window", limit, windowMs },
    clockResolutionMs: 0,
    stateHorizonMs: 2 * windowMs + 1,
    deniedConsumes: false,
    outlastsStepBackMs: windowMs,
  }),
  local: slidingLogLocal,
  inline: ([limit, windowUs]) => slidingLogInline(limit, windowUs),
  lua: `(function()
  local HEADER, HEADER_BYTES = "${HEADER}", ${HEADER_BYTES}
  local ENTRY, ENTRY_BYTES = "${ENTRY}", ${ENTRY_BYTES}
  local SUMS = 4294967296

  local function offsetOf(log, index)
    return HEADER_BYTES + (log.head + index) % log.slots * ENTRY_BYTES
  end

  -- The first entry of which holds(stamp, before) is true: index, stamp, before, and the stamp of the entry
  -- before it. It is false of the oldest and, once true, stays so; index = entries if it is true of none.
  local function firstThat(log, holds)
    local low, lowStamp, high, step = 0, log.oldest, log.entries, 1
    local highStamp, highBefore
    while high - low > 1 do
      local probe = low + math.min(step, math.floor((high - low) / 2))
      local at = offsetOf(log, probe)
      local stamp, before = struct.unpack(ENTRY, redis.call("GETRANGE", log.key, at, at + ENTRY_BYTES - 1))
      if holds(stamp, before) then
        high, highStamp, highBefore = probe, stamp, before
      else
        low, lowStamp, step = probe, stamp, step * 2
      end
    end
    return high, highStamp, highBefore, lowStamp
  end

  -- The life of a key, written or prolonged now. A millisecond more than it reckons with: Redis rounds.
  local function lifeMs(log)
    local ms = 2 * math.ceil(log.windowUs / 1000)
    log.ends = log.now + ms * 1000
    return ms + 1
  end

  local function read(key, now, windowUs)
    local log = { key = key, now = now, t = now, windowUs = windowUs, offset = 0, oldest = now, entries = 0, used = 0 }
    local state = redis.call("GETRANGE", key, 0, HEADER_BYTES - 1)
    if state == "" then return log end
    local newest, total, entries, oldest, before, head, offset, ends, slots = struct.unpack(HEADER, state)
    local t = now + offset
    log.ends = ends
    if t < newest then
      offset, t = newest - now, newest
      redis.call("PEXPIRE", key, lifeMs(log))
      redis.call("SETRANGE", key, ${OFFSET_AT}, struct.pack(">I7I7", offset, log.ends))
    end
    if newest <= t - windowUs then return log end
    log.t, log.offset, log.newest, log.oldest, log.before = t, offset, newest, oldest, before
    log.total, log.head, log.entries, log.slots = total, head, entries, slots
    if oldest <= t - windowUs then
      local expired
      expired, log.oldest, log.before = firstThat(log, function(stamp) return stamp > t - windowUs end)
      log.head, log.entries = (head + expired) % slots, entries - expired
    end
    log.used = (total - log.before) % SUMS
    return log
  end

  -- The first entry before which at least \`cost\` was admitted of what is live; index and stamp of the one before it.
  local function entryAfter(log, cost)
    local index, _, _, stamp = firstThat(log, function(_, before) return (before - log.before) % SUMS >= cost end)
    return index, stamp
  end

  local function untilFreed(log, cost)
    local stamp = log.oldest
    if cost > 1 then
      local _
      _, stamp = entryAfter(log, cost)
    end
    return stamp + log.windowUs - log.t
  end

  local function test(key, now, cost, limit, windowUs)
    local log = read(key, now, windowUs)
    log.cost, log.limit = cost, limit
    local excess = log.used + cost - limit
    if excess <= 0 then
      log.retryUs = 0
    elseif cost > limit then
      log.retryUs = -1
    else
      log.retryUs = untilFreed(log, excess)
    end
    return log
  end

  local function headerOf(log)
    return struct.pack(HEADER, log.t, log.total % SUMS, log.entries, log.oldest, log.before, log.head, log.offset, log.ends, log.slots)
  end

  local function rewrite(log, ring)
    local ms = lifeMs(log)
    redis.call("SET", log.key, headerOf(log) .. ring, "PX", ms)
  end

  local function begin(log)
    log.oldest, log.before, log.total, log.head, log.entries, log.slots = log.t, 0, log.cost, 0, 1, 1
    rewrite(log, struct.pack(ENTRY, log.t, 0))
  end

  -- Unrolls the full ring into one of twice the slots, which is written whole: no spare bytes are allocated.
  local function grow(log, entry)
    local first, last = offsetOf(log, 0), HEADER_BYTES + log.slots * ENTRY_BYTES - 1
    local ring = redis.call("GETRANGE", log.key, first, last)
    if first > HEADER_BYTES then ring = ring .. redis.call("GETRANGE", log.key, HEADER_BYTES, first - 1) end
    local slots = math.min(math.max(4, log.slots * 2), log.limit)
    local spare = string.rep("\\0", (slots - log.slots - 1) * ENTRY_BYTES)
    log.head, log.slots, log.entries = 0, slots, log.entries + 1
    rewrite(log, ring .. entry .. spare)
  end

  local function write(log)
    if log.entries == 0 then return begin(log) end
    local entry = struct.pack(ENTRY, log.t, log.total)
    log.total = log.total + log.cost
    if log.newest < log.t then
      if log.entries == log.slots then
        if log.head > 0 or log.slots > log.limit / 2 then return grow(log, entry) end
        log.slots = log.slots + 1
      end
      redis.call("SETRANGE", log.key, offsetOf(log, log.entries), entry)
      log.entries = log.entries + 1
    end
    local lasts = log.now + log.windowUs
    if lasts > log.ends or log.ends > lasts + log.windowUs then redis.call("PEXPIRE", log.key, lifeMs(log)) end
    redis.call("SETRANGE", log.key, 0, headerOf(log))
  end

  local function quota(log, admitted)
    local used = admitted and log.used + log.cost or log.used
    if used == 0 then return log.limit, 0 end
    return math.max(0, log.limit - used), untilFreed(log, math.max(1, used + 1 - log.limit))
  end

  -- Entries from \`from\` up to \`to\`, without it, as they are stored.
  local function slice(log, from, to)
    if from >= to then return "" end
    local first, last = offsetOf(log, from), offsetOf(log, to - 1) + ENTRY_BYTES - 1
    if first < last then return redis.call("GETRANGE", log.key, first, last) end
    local finish = HEADER_BYTES + log.slots * ENTRY_BYTES - 1
    return redis.call("GETRANGE", log.key, first, finish) .. redis.call("GETRANGE", log.key, HEADER_BYTES, last)
  end

  local function byStamp(a, b) return a[1] < b[1] end

  -- Those of \`entries\` that are live, as stamp and cost, oldest first, and their sum; what SUMS cannot hold is left out.
  local function additions(log, entries)
    local added, sum = {}, 0
    for i = 1, #entries, 2 do
      local stamp, cost = log.t - entries[i], math.min(entries[i + 1], SUMS - 1 - log.used - sum)
      if entries[i] < log.windowUs and cost > 0 then
        added[#added + 1], sum = { stamp, cost }, sum + cost
      end
    end
    -- The newest stamp is the key's own, by which all that it holds is said to have ended.
    table.sort(added, byStamp)
    return added, sum
  end

  -- The live entries from \`from\` on, as stamp and cost; and the total before them.
  local function costsFrom(log, from)
    local tail, bytes, start = {}, slice(log, from, log.entries), log.total
    for i = 1, log.entries - from do
      local stamp, before = struct.unpack(ENTRY, bytes, (i - 1) * ENTRY_BYTES + 1)
      if i == 1 then start = before else tail[i - 1][2] = (before - tail[i - 1][2]) % SUMS end
      tail[i] = { stamp, before }
    end
    if #tail > 0 then tail[#tail][2] = (log.total - tail[#tail][2]) % SUMS end
    return tail, start
  end

  -- What is older than the oldest addition stays as it is; what is younger is written anew, in the order of stamps.
  local function merge(key, now, entries, limit, windowUs)
    local log = read(key, now, windowUs)
    local added, sum = additions(log, entries)
    if sum == 0 then return 0 end
    if log.entries == 0 then log.before, log.total, log.head, log.slots = 0, 0, 0, 0 end
    local first, kept = added[1][1], 0
    if log.entries > 0 and log.oldest < first then
      kept = firstThat(log, function(stamp) return stamp >= first end)
    end
    local tail, total = costsFrom(log, kept)
    local written, i, j, newest = { slice(log, 0, kept) }, 1, 1, nil
    while i <= #tail or j <= #added do
      local isOld = j > #added or (i <= #tail and tail[i][1] <= added[j][1])
      local entry = isOld and tail[i] or added[j]
      if isOld then i = i + 1 else j = j + 1 end
      if entry[1] ~= newest then
        newest = entry[1]
        written[#written + 1] = struct.pack(ENTRY, newest, total)
      end
      total = (total + entry[2]) % SUMS
    end
    if kept == 0 then log.oldest = struct.unpack(ENTRY, written[2]) end
    log.entries = kept + #written - 1
    log.slots, log.head, log.total = math.max(log.slots, log.entries), 0, total
    log.t = newest
    local spare = string.rep("\\0", (log.slots - log.entries) * ENTRY_BYTES)
    rewrite(log, table.concat(written) .. spare)
    return sum
  end

  -- Writes bytes where the entries from \`from\` on are stored.
  local function place(log, from, bytes)
    local first = offsetOf(log, from)
    local room = HEADER_BYTES + log.slots * ENTRY_BYTES - first
    redis.call("SETRANGE", log.key, first, string.sub(bytes, 1, room))
    if #bytes > room then redis.call("SETRANGE", log.key, HEADER_BYTES, string.sub(bytes, room + 1)) end
  end

  -- The oldest of that age first: had it been a younger one, that would have left the window later.
  local function refund(key, now, cost, age, limit, windowUs)
    local log = read(key, now, windowUs)
    if log.entries == 0 then return 0 end
    if age >= windowUs then return 0 end
    local kept, newest, since = 0, log.newest, log.t - age
    if age >= 0 and log.oldest < since then
      local _
      kept, _, _, newest = firstThat(log, function(stamp) return stamp >= since end)
    end
    local tail, total = costsFrom(log, kept)
    local left, taken, at, written = cost, 0, 1, {}
    while tail[at] and tail[at][2] <= left do
      left, taken, at = left - tail[at][2], taken + tail[at][2], at + 1
    end
    if tail[at] then
      tail[at][2], taken = tail[at][2] - left, taken + left
      newest = log.newest
    end
    if taken == 0 then return 0 end
    if taken == log.used then
      redis.call("DEL", key)
      return taken
    end
    for i = at, #tail do
      written[#written + 1] = struct.pack(ENTRY, tail[i][1], total)
      total = (total + tail[i][2]) % SUMS
    end
    if kept == 0 then log.oldest = tail[at][1] end
    log.entries, log.total, log.t = kept + #written, total, newest
    if #written > 0 then place(log, kept, table.concat(written)) end
    redis.call("SETRANGE", key, 0, headerOf(log))
    return taken
  end

  return { test = test, write = write, quota = quota, refund = refund, merge = merge }
end)()`,
};
