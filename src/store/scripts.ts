/*
 * The scripts that Redis runs, each at once and alone.
 */

/**
 * Carries out plans, each all or nothing. They come as plain arguments: the number of guards, each with key, what it is
 * about and value, the number of commands, and each of them with its key, the number of its arguments, and these. (As JSON
 * it would take Redis several times as long.) Answers for each 0 (a guard does not hold), 1, 2 (`ZREMIFEMPTY` found more),
 * or its error, which costs the others nothing.
 */
export const COMMIT = `
local at = 0
local function take() at = at + 1 return ARGV[at] end
local outcome
local function call(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then outcome = reply.err return nil end
  return reply
end
local done = {}
while at < #ARGV do
  outcome = 1
  for _ = 1, tonumber(take()) do
    local key, what, value = KEYS[tonumber(take())], take(), take()
    local holds
    if what == 'fields' then holds = call('HLEN', key) == tonumber(value)
    elseif what == 'version' and value == 'exists' then holds = call('HEXISTS', key, 'record') == 1
    elseif what == 'version' then holds = tonumber(call('HGET', key, 'version') or '0') == tonumber(value)
    else holds = (call('HGET', key, what) or '') == value end
    if not holds and outcome == 1 then outcome = 0 end
  end
  for _ = 1, tonumber(take()) do
    local name, key, count = take(), KEYS[tonumber(take())], tonumber(take())
    local first, last = at + 1, at + count
    at = last
    if outcome ~= 1 and outcome ~= 2 then
    elseif name == 'ZREMIFEMPTY' then
      if call('EXISTS', KEYS[tonumber(ARGV[first])]) == 0 then call('ZREM', key, unpack(ARGV, first + 1, last))
      else outcome = 2 end
    elseif name == 'ZREMHDEL' then
      if call('ZREM', key, ARGV[last]) == 1 then call('HDEL', KEYS[tonumber(ARGV[first])], ARGV[last]) end
    elseif name == 'HSETIFSAME' then
      if (call('HGET', key, ARGV[first]) or '') == ARGV[first + 1] then call('HSET', key, ARGV[first], ARGV[last]) end
    elseif name == 'LPOPBEFORE' then
      local oldest = call('LINDEX', key, 0)
      while oldest and tonumber(string.sub(oldest, 1, 13)) <= tonumber(ARGV[last]) do
        call('LPOP', key)
        oldest = call('LINDEX', key, 0)
      end
    else
      call(name, key, unpack(ARGV, first, last))
    end
  end
  done[#done + 1] = outcome
end
return done
`

/**
 * What is due is taken for a while, so that no other worker takes it as well. KEYS are indexes; ARGV for each of them from
 * when an entry is due, until when it is taken, and how many at most. Answers the ids of each.
 */
export const CLAIM = `
local found = {}
for i, key in ipairs(KEYS) do
  local ids = redis.call('ZRANGEBYSCORE', key, '-inf', ARGV[i * 3 - 2], 'LIMIT', 0, ARGV[i * 3])
  for _, id in ipairs(ids) do redis.call('ZADD', key, ARGV[i * 3 - 1], id) end
  found[i] = ids
end
return found
`

/**
 * The same for entries by name: those that are due at ARGV[1] are taken until ARGV[2]. Answers the ids that were; those that
 * are not there or taken by somebody else are left out.
 */
export const CLAIM_NAMED = `
local mine = {}
for i = 3, #ARGV do
  local at = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if at and tonumber(at) <= tonumber(ARGV[1]) then
    redis.call('ZADD', KEYS[1], ARGV[2], ARGV[i])
    mine[#mine + 1] = ARGV[i]
  end
end
return mine
`

/**
 * Finds leads in hashes of the index of leads: ARGV are the pattern that a text has to match behind its instant, the instant
 * from which on, the place that they have to stand behind ('~': none), and how many. Answers their places, the newest first.
 */
export const LIST_LEADS = `
local pattern, from, after, limit = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local upto = string.sub(after, 1, 8) .. '~'
local find, sub = string.find, string.sub
local found, worst = {}, ''
local newest = function(a, b) return a > b end
local function cut()
  table.sort(found, newest)
  for i = #found, limit + 1, -1 do found[i] = nil end
  if #found == limit then
    worst = found[limit]
    local at = sub(worst, 1, 8)
    if at > from then from = at end
  end
end
for _, key in ipairs(KEYS) do
  local flat = redis.call('HGETALL', key)
  for i = 2, #flat, 2 do
    local text = flat[i]
    if text >= from and text < upto and find(text, pattern, 9) then
      local place = sub(text, 1, 8) .. flat[i - 1]
      if place < after and place > worst then
        found[#found + 1] = place
        if #found >= 2 * limit + 50 then cut() end
      end
    end
  end
end
cut()
return found
`
