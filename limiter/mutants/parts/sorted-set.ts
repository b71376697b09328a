/**
 * A sliding log in a sorted set, as pieces of Lua, after one that sets `now` in microseconds.
 * KEYS: the set of one subject, stamps as scores. ARGV: cost, limit, window in ms, a unique name.
 */
export const REDIS_CLOCK = `
local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]`;

/** Sets `reply`: 1 if denied else 0, remaining, wait and reset in microseconds. */
export const COUNT = `
local cost, limit, windowUs = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] * 1000
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", string.format("%.0f", now - windowUs))
local used = redis.call("ZCARD", KEYS[1])
local function leavesIn(index)
  local member = redis.call("ZRANGE", KEYS[1], index, index, "WITHSCORES")
  return member[2] and member[2] + windowUs - now or windowUs
end
local reply = { 0, limit - used - cost, 0, leavesIn(0) }
if used + cost > limit then
  reply = { 1, math.max(0, limit - used), cost > limit and -1 or leavesIn(used + cost - limit - 1), used == 0 and 0 or leavesIn(0) }
end`;

export const RECORD = `
local cost, windowUs = tonumber(ARGV[1]), ARGV[3] * 1000
for i = 1, cost do
  redis.call("ZADD", KEYS[1], string.format("%.0f", now), ARGV[4] .. i)
end
redis.call("PEXPIRE", KEYS[1], math.ceil(windowUs / 1000) + 1)`;
