/** A life that Redis is asked to give a key is this many times as long: simulated time need not be as fast as real time. */
export const LIFE_FACTOR = 1_000;

/**
 * The Lua `text`, told the time by its last two arguments (seconds and microseconds, as TIME has them) instead of
 * Redis's clock. Keys live `LIFE_FACTOR` times as long as they are given, for expiries are in real time.
 */
export function byTestClock(text: string): string {
  return `local micros, seconds = table.remove(ARGV), table.remove(ARGV)
local redis = (function(real)
  local function byClock(ask)
    return function(name, ...)
      if name == "TIME" then return { seconds, micros } end
      if name == "PEXPIRE" then
        local key, ms = ...
        return ask(name, key, string.format("%.0f", ms * ${LIFE_FACTOR}))
      end
      if name ~= "SET" then return ask(name, ...) end
      local given = { ... }
      for i = 3, #given - 1 do
        if given[i] == "PX" then given[i + 1] = string.format("%.0f", given[i + 1] * ${LIFE_FACTOR}) end
      end
      return ask(name, unpack(given))
    end
  end
  return setmetatable({ call = byClock(real.call), pcall = byClock(real.pcall) }, { __index = real })
end)(redis)
${text}`;
}
