import { library } from "./library.ts";

/** Its process and its history as a primary: that begins anew with each promotion, also of the process that once was one. */
const serverId = `string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') .. ':' ..
  string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')`;

/**
 * What a server process is and holds: its own id, the version of Redis that it is like, its limit of memory and what it
 * does there, then `epoch`, `server` and `readyAt`, empty where there are none.
 */
export const inspect = `
local server, memory = redis.call('INFO', 'server'), redis.call('INFO', 'memory')
local at = redis.call('HMGET', KEYS[2], 'epoch', 'server', 'readyAt')
return {
  ${serverId}, string.match(server, 'redis_version:(%d+)'),
  string.match(memory, 'maxmemory:(%d+)'), string.match(memory, 'maxmemory_policy:([%w-]+)'),
  at[1] or '', at[2] or '', at[3] or '',
}
`;

/** Ends a rebuild. ARGV: the lock's token. */
export const unlock = `
if redis.call('GET', KEYS[9]) == ARGV[1] then redis.call('DEL', KEYS[9]) end
return 1
`;

/**
 * Begins a new life of the counters. Reservations that are still there stay, but for those that the ledger knows the end
 * of. ARGV: lock's token, server, new epoch, readyAt, now, and as JSON `accounts` [scope, numbers], `open` [id, text] and
 * `recent` [id].
 */
export const install = `${library}
if redis.call('GET', lock) ~= ARGV[1] then return {'lock'} end
if ${serverId} ~= ARGV[2] then return {'server'} end
local given, recent = cjson.decode(ARGV[6]), {}
redis.call('DEL', counters)
for _, account in ipairs(given.accounts) do redis.call('HSET', counters, account[1], write(account[2])) end
for _, id in ipairs(given.recent) do
  recent[id] = true
  redis.call('HDEL', open, id)
  redis.call('ZREM', expiry, id)
  redis.call('SREM', untold, id)
  redis.call('ZADD', done, ARGV[5], id)
end
for _, each in ipairs(given.open) do
  if not known(each[1]) then hold(each[1], each[2], reservation(each[2])) end
end
local still = redis.call('HGETALL', open)
for i = 1, #still, 2 do
  local held = reservation(still[i + 1])
  hold(still[i], still[i + 1], held)
  book(held, 0, 0, held.amount)
end
for _, id in ipairs(redis.call('SMEMBERS', untold)) do
  local held = redis.call('HGET', swept, id)
  if held then
    held = reservation(held)
    book(held, held.amount, held.amount, 0)
  end
end
redis.call('HSET', counters, 'epoch', ARGV[3], 'server', ARGV[2], 'readyAt', ARGV[4])
show(read(redis.call('HGET', counters, 'stack')))
return {'ok'}
`;
