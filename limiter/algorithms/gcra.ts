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
 *
 * One key may be asked about under several limits. Its debt is the sum, and may be beyond the bucket of one of them,
 * which is then full; only the decision is made as if it were no more than that, and what is more goes on counting for
 * the others. It leaks at the pace of whoever is admitted next.
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
  local STATE = ">I7I7I7I7"
  local MOST = 9007199254740991

  -- Never shorter than \`leftUs\`, for others count on it; that is rounded if the end is beyond 2^53.
  local function set(key, debt, now, counted, leftUs, leak, unit, burst)
    local lifeMs = math.max(2 * math.ceil(burst * unit / leak / 1000), math.ceil((leftUs - 2) / 1000))
    redis.call("SET", key, struct.pack(STATE, debt, now, counted, now + lifeMs * 1000), "PX", lifeMs + 1)
  end

  -- Debt that is beyond 53 bits is counted in a coarser unit.
  local function save(key, debt, now, leak, unit, burst, ends, isInPlace)
    if isInPlace and now + math.ceil(math.min(debt, burst * unit) / leak) <= ends then
      redis.call("SETRANGE", key, "0", struct.pack(">I7I7", debt, now))
      return
    end
    local counted = unit
    if debt > MOST then
      counted = math.max(1, math.floor(MOST / debt * unit))
      debt = math.min(MOST, math.ceil(debt / unit * counted))
    end
    set(key, debt, now, counted, ends - now, leak, unit, burst)
  end

  -- The debt as of a stamp, which is not after now: it may be beyond this bucket, if it was made under other limits.
  -- And until when the key lives, and whether it can be changed in place.
  local function held(key, now, leak, unit, burst)
    local state = redis.call("GET", key)
    if not state then return 0, 0, 0, false end
    local debt, stamp, counted, ends = struct.unpack(STATE, state)
    if now < stamp then
      set(key, debt, now, counted, ends - stamp, leak, unit, burst)
      stamp, ends = now, now + ends - stamp
    end
    if counted ~= unit then debt = math.ceil(debt / counted * unit) end
    return debt, stamp, ends, counted == unit
  end

  -- What a bucket of this size has of the debt, and all of it, which goes on counting for larger ones.
  local function debtAt(key, now, leak, unit, burst)
    local debt, stamp, ends, isInPlace = held(key, now, leak, unit, burst)
    local leaked = (now - stamp) * leak
    return math.max(0, math.min(debt, burst * unit) - leaked), math.max(0, debt - leaked), ends, isInPlace
  end

  local function test(key, now, cost, leak, unit, burst)
    local debt, all, ends, isInPlace = debtAt(key, now, leak, unit, burst)
    local plan = {
      key = key, now = now, cost = cost, leak = leak, unit = unit, burst = burst,
      debt = debt, all = all, ends = ends, isInPlace = isInPlace, retryUs = 0,
    }
    if cost > burst then
      plan.retryUs = -1
    elseif debt > (burst - cost) * unit then
      plan.retryUs = math.ceil((debt - (burst - cost) * unit) / leak)
    end
    return plan
  end

  local function write(plan)
    local debt = plan.all + plan.cost * plan.unit
    save(plan.key, debt, plan.now, plan.leak, plan.unit, plan.burst, plan.ends, plan.isInPlace)
  end

  local function quota(plan, admitted)
    local debt = plan.debt
    if admitted then debt = math.min(plan.all + plan.cost * plan.unit, plan.burst * plan.unit) end
    if debt == 0 then return plan.burst, 0 end
    local remaining = math.max(0, math.floor((plan.burst * plan.unit - debt) / plan.unit))
    return remaining, math.ceil((debt - (plan.burst - remaining - 1) * plan.unit) / plan.leak)
  end

  -- What has leaked since it was admitted is given back too, as far as there is debt.
  -- Without it the bucket may have been empty since: what has leaked in that time is not given back.
  local function refund(key, now, cost, age, leak, unit, burst)
    local _, debt, ends, isInPlace = debtAt(key, now, leak, unit, burst)
    local back = math.min(debt, math.min(cost, burst) * unit - math.max(0, age) * leak)
    if back <= 0 then return 0 end
    if back == debt then
      redis.call("DEL", key)
    else
      save(key, debt - back, now, leak, unit, burst, ends, isInPlace)
    end
    return math.floor(back / unit)
  end

  -- What came after the stamp is played again. What came before it is added at the stamp in full: whether the bucket
  -- was empty for a while since then is not known. Nothing is added beyond the bucket.
  local function merge(key, now, entries, leak, unit, burst)
    local aged = {}
    for i = 1, #entries, 2 do aged[#aged + 1] = { entries[i], entries[i + 1] } end
    table.sort(aged, function(a, b) return a[1] > b[1] end)
    local debt, stamp, ends, isInPlace = held(key, now, leak, unit, burst)
    local before = math.max(0, debt - (now - stamp) * leak)
    for i = 1, #aged do
      local at = math.max(stamp, now - aged[i][1])
      debt, stamp = math.max(0, debt - (at - stamp) * leak) + aged[i][2] * unit, at
    end
    local after = math.min(math.max(0, debt - (now - stamp) * leak), math.max(before, burst * unit))
    if after <= before then return 0 end
    save(key, after, now, leak, unit, burst, ends, isInPlace)
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
    if debt <= (ends - now) * ${leak} then
      isDone = ask("SETRANGE", key, "0", pack(">I7I7", debt, now)) == 28
    else
      isDone = ask("SET", key, pack(">I7I7I7I7", debt, now, ${unit}, now + ${lifeMs * 1_000}), "PX", "${lifeMs + 1}").ok
    end
  end
  if isDone then remaining, resetUs = floor(free / ${unit}), ceil((${unit} - free % ${unit}) / ${leak}) end
end`;
}
