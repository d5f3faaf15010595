/**
 * Answers in Redis. All keys of a tenant are in one slot of a cluster, so that each step is one script:
 *
 * <digest>: a hash. While its request runs: `epoch`, `fingerprint` and `turn`, which router and request have it; it ends
 * with its lease. Answered: `epoch`, `fingerprint`, `head` (JSON), `body` (bytes) and `member`, its line in the index.
 * books: a hash of `epoch`, which names what was not forgotten, `born`, which tells these books from those of a Redis that
 * was lost, and `bytes`, of all answers together.
 * index: a sorted set of answers, `<digest>:<bytes>:<when>`, by when they expire.
 *
 * A script names keys that it was not given, of the same tenant and so of the same slot: those of answers that it drops.
 */
const library = `
local entry, books, index = KEYS[1], KEYS[2], KEYS[3]
local epoch = redis.call('HGET', books, 'epoch') or ''

local function last(key, ms)
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
end
`;

const claim = `${library}
local token, fingerprint, lease = ARGV[1], ARGV[2], ARGV[3]
local born = redis.call('HGET', books, 'born')
if not born then
  born = token
  redis.call('HSET', books, 'born', born)
  last(books, 3600000)
end
local held = redis.call('HMGET', entry, 'epoch', 'fingerprint', 'head', 'body')
if held[2] and held[1] == epoch then
  if held[3] then return {'answered', held[2], born, epoch, held[3], held[4]} end
  return {'running', held[2], born, epoch}
end
redis.call('DEL', entry)
redis.call('HSET', entry, 'epoch', epoch, 'fingerprint', fingerprint, 'turn', token)
redis.call('PEXPIRE', entry, lease)
return {'free', '', born, epoch}
`;

/** The epoch that an answer begins in. */
const begin = `${library}
return epoch
`;

/** An answer of another turn, or of what was forgotten meanwhile, is left out. */
const keep = `${library}
local token, fingerprint, begun, head, body, size, ttl, most, replaces = unpack(ARGV)
if begun ~= epoch then return 0 end
local turn, member = unpack(redis.call('HMGET', entry, 'turn', 'member'))
if replaces == '' and turn ~= token and redis.call('EXISTS', entry) == 1 then return 0 end
local bytes = tonumber(redis.call('HGET', books, 'bytes') or '0')
local function weight(line) return tonumber(string.match(line, '^%x+:(%d+):')) end
if member and redis.call('ZREM', index, member) == 1 then bytes = bytes - weight(member) end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local digest = string.sub(entry, -64)
local base = string.sub(entry, 1, -65)
local mine = digest .. ':' .. size .. ':' .. string.format('%.0f', now)
redis.call('DEL', entry)
redis.call('HSET', entry, 'epoch', epoch, 'fingerprint', fingerprint, 'head', head, 'body', body, 'member', mine)
redis.call('PEXPIRE', entry, ttl)
redis.call('ZADD', index, now + ttl, mine)
bytes = bytes + size

for _ = 1, 1000 do
  local oldest, ends = unpack(redis.call('ZRANGE', index, 0, 0, 'WITHSCORES'))
  if not oldest or (bytes <= tonumber(most) and tonumber(ends) > now) then break end
  redis.call('ZREM', index, oldest)
  bytes = bytes - weight(oldest)
  local key = base .. string.sub(oldest, 1, 64)
  if redis.call('HGET', key, 'member') == oldest then redis.call('UNLINK', key) end
end
redis.call('HSET', books, 'bytes', string.format('%.0f', bytes))
last(books, tonumber(ttl))
last(index, tonumber(ttl))
return 1
`;

/** A claim that Redis lost is made again, where nobody else has it. */
const renew = `${library}
local token, fingerprint, begun, lease = unpack(ARGV)
if begun ~= epoch then return 0 end
local turn = redis.call('HGET', entry, 'turn')
if turn ~= token then
  if redis.call('EXISTS', entry) == 1 then return 0 end
  redis.call('HSET', entry, 'epoch', epoch, 'fingerprint', fingerprint, 'turn', token)
end
redis.call('PEXPIRE', entry, lease)
return 1
`;

const release = `${library}
if redis.call('HGET', entry, 'turn') ~= ARGV[1] then return 0 end
return redis.call('UNLINK', entry)
`;

/** KEYS[1] becomes the index of what was forgotten: it is not found any more, and can be dropped bit by bit. */
const forget = `${library}
redis.call('HSET', books, 'epoch', ARGV[1], 'bytes', '0')
last(books, tonumber(ARGV[2]))
if redis.call('EXISTS', index) == 0 then return 0 end
redis.call('RENAME', index, entry)
return 1
`;

const drop = `${library}
local base = string.sub(index, 1, -string.len('index') - 1)
local lines = redis.call('ZPOPMIN', entry, ARGV[1])
for i = 1, #lines, 2 do
  local key = base .. string.sub(lines[i], 1, 64)
  if redis.call('HGET', key, 'member') == lines[i] then redis.call('UNLINK', key) end
end
return #lines / 2
`;

/** By the names that the client has them by. */
export const scripts = { claim, begin, keep, renew, release, forget, drop };
export type ScriptName = keyof typeof scripts;
