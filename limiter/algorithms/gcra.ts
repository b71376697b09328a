import type { Algorithm } from "./algorithm.ts";
import { gcraLocal } from "./gcra-local.ts";
import { burstOf, rateOf } from "./gcra-rate.ts";
import { LONGEST_WINDOW_MS, windowTooLong } from "./longest-window.ts";

/**
 * A leaky bucket as one debt per key: `limit` per `windowMs` at an even pace, and bursts of up to
 * `burst ?? limit`, the first request included. At most floor(burst + x * limit / windowMs) in any x ms, and never less.
 *
 * The debt is an exact integer: it leaks `leak` a microsecond and grows by `unit` per cost, where
 * leak / unit = limit / windowUs in lowest terms. An emission interval would be rounded, and the limit wrong with it.
 *
 * A key is given a life of twice the time in which a full bucket leaks dry: most admissions then change 14 bytes in
 * place, where a new life each time would cost more than all the rest.
 */
export const gcra: Algorithm = {
  name: "gcra",
  takesBurst: true,
  numbers: (policy) => {
    const { leak, unit } = rateOf(policy);
    return [leak, unit, burstOf(policy)];
  },
  mistakes: (policy) => {
    const { windowMs } = policy;
    if (windowMs > LONGEST_WINDOW_MS) return [windowTooLong(windowMs)];
    if (burstOf(policy) * rateOf(policy).unit < Number.MAX_SAFE_INTEGER) return [];
    return [
      `burst ${burstOf(policy)} over windowMs ${windowMs} cannot be counted exactly; lower the burst, ` +
        "shorten the window, or choose a limit that divides it",
    ];
  },
  promises: (policy) => {
    const { limit, windowMs } = policy;
    const curve = { kind: "rate", burst: burstOf(policy), limit, windowMs } as const;
    return {
      upper: curve,
      lower: curve,
      clockResolutionMs: 0,
      stateHorizonMs: 2 * Math.ceil((burstOf(policy) * windowMs) / limit) + 1,
      deniedConsumes: false,
      outlastsStepBackMs: Math.ceil((burstOf(policy) * windowMs) / limit),
    };
  },
  local: gcraLocal,
  inline: gcraInline,
  lua: `(function()
  -- State: debt, stamp of that debt, unit in which it is counted (a policy may change while keys live),
  -- and until when the key lives.
  local STATE, STATE_BYTES = ">I7I7I7I7", 28

  local function save(key, debt, now, leak, unit, burst, ends)
    local lifeMs = 2 * math.ceil(burst * unit / leak / 1000)
    if now + math.ceil(debt / leak) <= ends and ends <= now + lifeMs * 1000 then
      redis.call("SETRANGE", key, "0", struct.pack(">I7I7", debt, now))
    else
      redis.call("SET", key, struct.pack(STATE, debt, now, unit, now + lifeMs * 1000), "PX", lifeMs + 1)
    end
  end

  -- The debt as of a stamp, which is not after now; and until when the key lives, 0 if it has to be written anew.
  -- A product beyond 2^53 is rounded, but is then beyond any debt, and so is what it is rounded to.
  local function held(key, now, leak, unit, burst)
    local state = redis.call("GET", key)
    if not state then return 0, 0, 0 end
    local debt, stamp, counted, ends = struct.unpack(STATE, state)
    if counted ~= unit then debt, ends = math.ceil(debt / counted * unit), 0 end
    debt = math.min(debt, burst * unit)
    if now < stamp then
      save(key, debt, now, leak, unit, burst, 0)
      return debt, now, 0
    end
    return debt, stamp, ends
  end

  local function debtAt(key, now, leak, unit, burst)
    local debt, stamp, ends = held(key, now, leak, unit, burst)
    return math.max(0, debt - (now - stamp) * leak), ends
  end

  local function test(key, now, cost, leak, unit, burst)
    local debt, ends = debtAt(key, now, leak, unit, burst)
    local plan = { key = key, now = now, cost = cost, leak = leak, unit = unit, burst = burst, debt = debt, ends = ends, retryUs = 0 }
    if cost > burst then
      plan.retryUs = -1
    elseif debt > (burst - cost) * unit then
      plan.retryUs = math.ceil((debt - (burst - cost) * unit) / leak)
    end
    return plan
  end

  local function write(plan)
    save(plan.key, plan.debt + plan.cost * plan.unit, plan.now, plan.leak, plan.unit, plan.burst, plan.ends)
  end

  local function quota(plan, admitted)
    local debt = admitted and plan.debt + plan.cost * plan.unit or plan.debt
    if debt == 0 then return plan.burst, 0 end
    local remaining = math.max(0, math.floor((plan.burst * plan.unit - debt) / plan.unit))
    return remaining, math.ceil((debt - (plan.burst - remaining - 1) * plan.unit) / plan.leak)
  end

  -- What has leaked since it was admitted is given back too, as far as there is debt.
  -- Without it the bucket may have been empty since: what has leaked in that time is not given back.
  local function refund(key, now, cost, age, leak, unit, burst)
    local debt, ends = debtAt(key, now, leak, unit, burst)
    local back = math.min(debt, math.min(cost, burst) * unit - math.max(0, age) * leak)
    if back <= 0 then return 0 end
    if back == debt then
      redis.call("DEL", key)
    else
      save(key, debt - back, now, leak, unit, burst, ends)
    end
    return math.floor(back / unit)
  end

  -- What came after the stamp is played again. What came before it is added at the stamp in full: whether the bucket
  -- was empty for a while since then is not known. No debt is beyond the bucket.
  local function merge(key, now, entries, leak, unit, burst)
    local aged = {}
    for i = 1, #entries, 2 do aged[#aged + 1] = { entries[i], entries[i + 1] } end
    table.sort(aged, function(a, b) return a[1] > b[1] end)
    local debt, stamp, ends = held(key, now, leak, unit, burst)
    local before = math.max(0, debt - (now - stamp) * leak)
    for i = 1, #aged do
      local at = math.max(stamp, now - aged[i][1])
      debt, stamp = math.max(0, debt - (at - stamp) * leak) + aged[i][2] * unit, at
    end
    local after = math.min(math.max(0, debt - (now - stamp) * leak), burst * unit)
    if after <= before then return 0 end
    save(key, after, now, leak, unit, burst, ends)
    return math.ceil((after - before) / unit)
  end

  return { test = test, write = write, quota = quota, refund = refund, merge = merge }
end)()`,
};

/** The decision of a lone policy in line: all but a clock that has stepped back, and a policy that has changed. */
function gcraInline([leak, unit, burst]: readonly [number, number, number]): string {
  const full = burst * unit;
  const lifeMs = 2 * Math.ceil(full / leak / 1_000);
  return `
local state, debt, ends = ask("GET", key), 0, 0
local isPlain = not state
if state and #state == 28 then
  local stamp, counted
  debt, stamp, counted, ends = unpack(">I7I7I7I7", state)
  isPlain = counted == ${unit} and debt <= ${full} and stamp <= now
  debt = debt - (now - stamp) * ${leak}
  if debt < 0 then debt = 0 end
end
if isPlain and cost <= ${burst} then
  local free, weight, isDone = ${full} - debt, cost * ${unit}, true
  if weight > free then
    retryUs = ceil((weight - free) / ${leak})
  else
    debt, free = debt + weight, free - weight
    local left = ends - now
    if debt <= left * ${leak} and left <= ${lifeMs * 1_000} then
      isDone = ask("SETRANGE", key, "0", pack(">I7I7", debt, now)) == 28
    else
      isDone = ask("SET", key, pack(">I7I7I7I7", debt, now, ${unit}, now + ${lifeMs * 1_000}), "PX", "${lifeMs + 1}").ok
    end
  end
  if isDone then remaining, resetUs = floor(free / ${unit}), ceil((${unit} - free % ${unit}) / ${leak}) end
end`;
}
