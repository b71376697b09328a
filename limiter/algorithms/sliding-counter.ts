import type { Algorithm } from "./algorithm.ts";
import { LONGEST_WINDOW_MS, windowTooLong } from "./longest-window.ts";
import { slidingCounterLocal } from "./sliding-counter-local.ts";

/**
 * The sliding window as two counts: that of this window of Redis's clock, and that of the one before, weighed by how
 * much of it the last `windowMs` still cover. Admits while previous * (1 - f) + current + cost <= limit: exact
 * as it stands, for the sum is compared as a fraction of whole numbers, never rounded. As a sliding window it is
 * approximate, since it takes the previous window to have been even: in any x ms it admits at most
 * floor(limit + x * limit / windowMs), so nearly two limits in a window at worst. `burst` is not used.
 *
 * A key is one string. A window that has begun is kept when the clock steps back, but is at most the one after
 * the clock's own: so a step back neither forgives what was admitted nor counts it for more than a window longer.
 */
export const slidingCounter: Algorithm = {
  name: "sliding-counter",
  takesBurst: false,
  numbers: ({ limit, windowMs }) => [limit, windowMs * 1_000, 0],
  mistakes: ({ windowMs }) => (windowMs > LONGEST_WINDOW_MS ? [windowTooLong(windowMs)] : []),
  promises: ({ limit, windowMs }) => ({
    upper: { kind: "two-counters", limit, windowMs },
    lower: { kind: "two-counters", limit, windowMs },
    clockResolutionMs: 0,
    stateHorizonMs: 3 * windowMs + 1,
    deniedConsumes: false,
    outlastsStepBackMs: 3 * windowMs,
  }),
  local: slidingCounterLocal,
  lua: `(function()
  -- State: start of a window, its length, its count, the count of the window before.
  local STATE = ">I7I7I7I7"
  -- Two limits, each of which may be 10^15: what more was admitted elsewhere is not counted.
  local MOST = 2251799813685247

  -- floor(x * y / divisor): a long division in digits so large that no product reaches 2^53. All are below 2^51.
  local function ratio(x, y, divisor)
    if x * y < 9007199254740992 then return math.floor(x * y / divisor), x * y % divisor end
    local base = math.floor(9007199254740992 / (y + divisor))
    local high, rest = ratio(math.floor(x / base), y, divisor)
    local product = rest * base + x % base * y
    return high * base + math.floor(product / divisor), product % divisor
  end

  local function save(key, counters, now)
    local windows = counters.count > 0 and 2 or 1
    local ttlMs = math.ceil((counters.start + windows * counters.windowUs - now) / 1000) + 1
    local state = struct.pack(STATE, counters.start, counters.windowUs, counters.count, counters.previous)
    redis.call("SET", key, state, "PX", ttlMs)
  end

  -- The count, and what the previous one weighs, rounded up.
  local function usedOf(counters, now)
    local elapsed = math.max(0, now - counters.start)
    return counters.count + counters.previous - (ratio(counters.previous, elapsed, counters.windowUs))
  end

  local function read(key, now, windowUs)
    local fresh = { start = now - now % windowUs, windowUs = windowUs, count = 0, previous = 0 }
    local state = redis.call("GET", key)
    if not state then return fresh end
    local counters = {}
    counters.start, counters.windowUs, counters.count, counters.previous = struct.unpack(STATE, state)
    local passed = math.floor((now - counters.start) / counters.windowUs)
    if passed > 1 then return fresh end
    if passed == 1 then
      counters.start, counters.count, counters.previous = counters.start + counters.windowUs, 0, counters.count
    end
    if counters.windowUs ~= windowUs then
      -- The policy's windows have changed: all that is used counts as of this one.
      fresh.count = usedOf(counters, now)
      if fresh.count > 0 then save(key, fresh, now) end
      return fresh
    end
    if counters.start > fresh.start + windowUs then
      counters.start = fresh.start + windowUs
      save(key, counters, now)
    end
    return counters
  end

  -- Microseconds until no more than \`room\` is used, if nothing else comes: less than now, when this window has \`count\`.
  local function untilUsed(counters, count, now, room)
    local windowUs = counters.windowUs
    if count <= room then
      return counters.start + windowUs - ratio(room - count, windowUs, counters.previous) - now
    end
    return counters.start + 2 * windowUs - ratio(room, windowUs, count) - now
  end

  local function test(key, now, cost, limit, windowUs)
    local counters = read(key, now, windowUs)
    local used, room, retryUs = usedOf(counters, now), limit - cost, 0
    if room < 0 then
      retryUs = -1
    elseif used > room then
      retryUs = untilUsed(counters, counters.count, now, room)
    end
    return { key = key, now = now, cost = cost, limit = limit, counters = counters, used = used, retryUs = retryUs }
  end

  local function write(plan)
    plan.counters.count = plan.counters.count + plan.cost
    save(plan.key, plan.counters, plan.now)
  end

  local function quota(plan, admitted)
    local spent = admitted and plan.cost or 0
    local used = plan.used + spent
    if used == 0 then return plan.limit, 0 end
    local remaining = math.max(0, plan.limit - used)
    return remaining, untilUsed(plan.counters, plan.counters.count + spent, plan.now, plan.limit - remaining - 1)
  end

  -- From the window before, if it may have been admitted there: that is forgotten sooner.
  local function refund(key, now, cost, age, limit, windowUs)
    local counters = read(key, now, windowUs)
    local stamp = age < 0 and counters.start - 1 or now - age
    if stamp < counters.start - windowUs then return 0 end
    local fromPrevious = stamp < counters.start and math.min(cost, counters.previous) or 0
    local fromCount = math.min(cost - fromPrevious, counters.count)
    if fromCount + fromPrevious == 0 then return 0 end
    counters.count, counters.previous = counters.count - fromCount, counters.previous - fromPrevious
    if counters.count + counters.previous == 0 then
      redis.call("DEL", key)
    else
      save(key, counters, now)
    end
    return fromCount + fromPrevious
  end

  local function merge(key, now, entries, limit, windowUs)
    local counters, added = read(key, now, windowUs), 0
    for i = 1, #entries, 2 do
      local stamp, cost = now - entries[i], entries[i + 1]
      local counter = stamp >= counters.start and "count" or "previous"
      if stamp >= counters.start - windowUs and counters[counter] + cost <= MOST then
        counters[counter], added = counters[counter] + cost, added + cost
      end
    end
    if added > 0 then save(key, counters, now) end
    return added
  end

  return { test = test, write = write, quota = quota, refund = refund, merge = merge }
end)()`,
};
