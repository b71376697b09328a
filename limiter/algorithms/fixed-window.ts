import type { Algorithm } from "./algorithm.ts";
import { fixedWindowLocal } from "./fixed-window-local.ts";
import { LONGEST_WINDOW_MS, windowTooLong } from "./longest-window.ts";

/**
 * Windows that lie end to end, from multiples of `windowMs` of Redis's clock: at most `limit` of cost in each of them,
 * and never less. Two limits may so be spent around the end of a window. `burst` is not used.
 *
 * A key is one string, the end of a window and its count, written and given its expiry in one command.
 * A window that has begun is kept when the clock steps back, but ends at most with the one after the clock's own:
 * so a step back neither forgives what was admitted nor makes it count for more than two windows.
 */
export const fixedWindow: Algorithm = {
  name: "fixed-window",
  takesBurst: false,
  numbers: ({ limit, windowMs }) => [limit, windowMs * 1_000, 0],
  mistakes: ({ windowMs }) => (windowMs > LONGEST_WINDOW_MS ? [windowTooLong(windowMs)] : []),
  promises: ({ limit, windowMs }) => {
    const windows = { kind: "fixed", limit, windowMs, phase: "epoch" } as const;
    return {
      upper: windows,
      lower: windows,
      clockResolutionMs: 0,
      stateHorizonMs: 2 * windowMs + 1,
      deniedConsumes: false,
      outlastsStepBackMs: 2 * windowMs,
    };
  },
  local: fixedWindowLocal,
  lua: `(function()
  -- State: end of a window, its count. A count that no longer fits the policy's windows (they have changed)
  -- is kept to its end, and from the next admission on to the end of the policy's own window.
  local STATE = ">I7I7"
  -- Two limits, each of which may be 10^15: what more was admitted elsewhere is not counted.
  local MOST = 2251799813685247

  local function save(key, ends, count, now)
    redis.call("SET", key, struct.pack(STATE, ends, count), "PX", math.ceil((ends - now) / 1000) + 1)
  end

  local function read(key, now, windowUs)
    local finish = now - now % windowUs + windowUs
    local window = { key = key, now = now, finish = finish, ends = finish, count = 0 }
    local state = redis.call("GET", key)
    if not state then return window end
    local ends, count = struct.unpack(STATE, state)
    if ends <= now then return window end
    if ends > finish + windowUs then
      ends = finish + windowUs
      save(key, ends, count, now)
    end
    window.ends, window.count = ends, count
    return window
  end

  local function test(key, now, cost, limit, windowUs)
    local window = read(key, now, windowUs)
    window.cost, window.limit, window.retryUs = cost, limit, 0
    if cost > limit then
      window.retryUs = -1
    elseif window.count + cost > limit then
      window.retryUs = window.ends - now
    end
    return window
  end

  local function write(window)
    save(window.key, math.max(window.ends, window.finish), window.count + window.cost, window.now)
  end

  local function quota(window, admitted)
    local used, ends = window.count, window.ends
    if admitted then used, ends = used + window.cost, math.max(ends, window.finish) end
    if used == 0 then return window.limit, 0 end
    return math.max(0, window.limit - used), ends - window.now
  end

  -- Nothing, if it may have been admitted in a window that is over.
  local function refund(key, now, cost, age, limit, windowUs)
    local window = read(key, now, windowUs)
    local back = (age < 0 or now - age >= window.finish - windowUs) and math.min(cost, window.count) or 0
    if back == 0 then return 0 end
    if back == window.count then
      redis.call("DEL", key)
    else
      save(key, window.ends, window.count - back, now)
    end
    return back
  end

  local function merge(key, now, entries, limit, windowUs)
    local window, added = read(key, now, windowUs), 0
    for i = 1, #entries, 2 do
      local cost = entries[i + 1]
      if now - entries[i] >= window.finish - windowUs and window.count + added + cost <= MOST then added = added + cost end
    end
    if added > 0 then save(key, math.max(window.ends, window.finish), window.count + added, now) end
    return added
  end

  return { test = test, write = write, quota = quota, refund = refund, merge = merge }
end)()`,
};
