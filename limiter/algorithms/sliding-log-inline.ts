import { ENTRY, ENTRY_BYTES, HEADER, HEADER_BYTES } from "./sliding-log-state.ts";

/**
 * The decision of a lone policy in line, as `sliding-log.ts` makes it. It leaves to that: a clock that has stepped back,
 * a log of which nothing is live any more, and waits for more than one place.
 */
export function slidingLogInline(limit: number, windowUs: number): string {
  const lifeMs = 2 * Math.ceil(windowUs / 1_000);
  return `
local state = ask("GETRANGE", key, "0", "${HEADER_BYTES - 1}")
if state == "" and cost <= ${limit} then
  local log = pack("${HEADER}I7I4", now, cost, 1, now, 0, 0, 0, now + ${lifeMs * 1_000}, 1, now, 0)
  if ask("SET", key, log, "PX", "${lifeMs + 1}").ok then remaining, resetUs = ${limit} - cost, ${windowUs} end
elseif #state == ${HEADER_BYTES} then
  local newest, total, entries, oldest, before, head, offset, ends, slots = unpack("${HEADER}", state)
  local t = now + offset
  local since, isOther = t - ${windowUs}, oldest <= t - ${windowUs}
  if newest <= t and newest > since then
    if isOther then
      local low, high, step = 0, entries, 1
      while high - low > 1 do
        local probe = low + step
        if step > (high - low) / 2 then probe = low + floor((high - low) / 2) end
        local place = ${HEADER_BYTES} + (head + probe) % slots * ${ENTRY_BYTES}
        local stamp, sum = unpack("${ENTRY}", ask("GETRANGE", key, place, place + ${ENTRY_BYTES - 1}))
        if stamp > since then
          high, oldest, before = probe, stamp, sum
        else
          low, step = probe, step * 2
        end
      end
      head, entries = (head + high) % slots, entries - high
    end
    local room = ${limit} - (total - before) % 4294967296
    if cost > room then
      if cost == room + 1 and cost <= ${limit} and room >= 0 then
        remaining, retryUs, resetUs = room, oldest - since, oldest - since
      end
    elseif newest < t and entries == slots and (head > 0 or slots > ${limit / 2}) then
      local first, last = ${HEADER_BYTES} + head * ${ENTRY_BYTES}, ${HEADER_BYTES - 1} + slots * ${ENTRY_BYTES}
      local ring = ask("GETRANGE", key, first, last)
      if head > 0 then ring = ring .. ask("GETRANGE", key, "${HEADER_BYTES}", first - 1) end
      local wider = slots < 4 and 4 or slots * 2
      if wider > ${limit} then wider = ${limit} end
      local log = pack("${HEADER}", t, (total + cost) % 4294967296, entries + 1, oldest, before, 0, offset, now + ${lifeMs * 1_000}, wider)
      local spare = string.rep("\\0", (wider - slots - 1) * ${ENTRY_BYTES})
      if ask("SET", key, log .. ring .. pack("${ENTRY}", t, total) .. spare, "PX", "${lifeMs + 1}").ok then
        remaining, resetUs = room - cost, oldest - since
      end
    else
      local isDone = newest == t
      if not isDone then
        local written
        if entries == slots then
          slots, isOther = slots + 1, true
          written = ask("APPEND", key, pack("${ENTRY}", t, total))
        else
          local place = ${HEADER_BYTES} + (head + entries) % slots * ${ENTRY_BYTES}
          written = ask("SETRANGE", key, place, pack("${ENTRY}", t, total))
        end
        isDone, entries = written == ${HEADER_BYTES} + slots * ${ENTRY_BYTES}, entries + 1
      end
      if isDone then
        total = (total + cost) % 4294967296
        if now + ${windowUs} > ends or ends > now + ${lifeMs * 1_000} then
          ask("PEXPIRE", key, "${lifeMs + 1}")
          ends, isOther = now + ${lifeMs * 1_000}, true
        end
        local changed
        if isOther then
          changed = pack("${HEADER}", t, total, entries, oldest, before, head, offset, ends, slots)
        else
          changed = pack(">I7I4I4", t, total, entries)
        end
        ask("SETRANGE", key, "0", changed)
        remaining, resetUs = room - cost, oldest - since
      end
    end
  end
end`;
}
