import { library } from "./library.ts";

/** ARGV: epoch, "reserve", id, amount, expiresAt, 3 period ids, key, tenant, 9 limits ("" is none). */
const reserve = `
if step == 'reserve' then
  local ids, amount = numbers(6), tonumber(ARGV[4])
  local key, tenant = 'key:' .. ARGV[9], 'tenant:' .. ARGV[10]
  local at = redis.call('HMGET', counters, 'epoch', key, tenant, 'stack')
  if at[1] ~= epoch then return {'epoch'} end
  local accounts = {read(at[2]), read(at[3]), read(at[4])}
  local stack = accounts[3]
  local today = stack[1]
  enter(stack, ids)
  for p = 1, 3 do ids[p] = stack[p] end
  enter(accounts[1], ids)
  enter(accounts[2], ids)
  for level = 1, 3 do
    for p = 1, 3 do
      local limit = tonumber(ARGV[7 + 3 * level + p])
      local spent, reserved = accounts[level][3 * p + 1], accounts[level][3 * p + 3]
      if limit and spent + reserved + amount > limit then return {'over', level, p, limit, spent, reserved} end
    end
  end
  local text = table.concat({ARGV[4], ARGV[5], ids[1], ids[2], ids[3], ARGV[9], ARGV[10]}, '\\n')
  if redis.call('HSETNX', open, ARGV[3], text) == 0 then return {'ok'} end
  redis.call('ZADD', expiry, ARGV[5], ARGV[3])
  for level = 1, 3 do add(accounts[level], ids, 0, 0, amount) end
  redis.call('HSET', counters, key, write(accounts[1]), tenant, write(accounts[2]), 'stack', write(stack))
  if stack[1] > today then show(stack) end
  return {'ok'}
end
if redis.call('HGET', counters, 'epoch') ~= epoch then return {'epoch'} end
`;

/** ARGV: epoch, "settle", id, amount, amount again where it is estimated or else 0, now, the reservation and its epoch. */
const settle = `
if step == 'settle' then
  local id, amount, estimated, now, text, born = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], ARGV[7], ARGV[8]
  local held = redis.call('HGET', open, id)
  if held then
    held = reservation(held)
    redis.call('HDEL', open, id)
    redis.call('ZREM', expiry, id)
    book(held, amount, estimated, -held.amount)
    if born ~= epoch then redis.call('ZADD', done, now, id) end
    return {'settled'}
  end
  if redis.call('ZSCORE', done, id) then return {'unknown'} end
  held = redis.call('HGET', swept, id)
  if held then
    held = reservation(held)
    local more = math.max(0, amount - held.amount)
    if more > 0 then book(held, more, math.min(more, estimated), 0) end
    redis.call('ZADD', done, now, id)
    return {'late'}
  end
  if text == '' or born == epoch then return {'unknown'} end
  -- Reserved in an earlier life of the counters, and not among what they were rebuilt from.
  redis.call('ZADD', done, now, id)
  book(reservation(text), amount, estimated, 0)
  return {'settled'}
end
`;

/** ARGV: epoch, "adopt", then id and reservation of each. */
const adopt = `
if step == 'adopt' then
  for i = 3, #ARGV, 2 do
    if not known(ARGV[i]) then
      local held = reservation(ARGV[i + 1])
      hold(ARGV[i], ARGV[i + 1], held)
      book(held, 0, 0, held.amount)
    end
  end
  return {'ok'}
end
`;

/** ARGV: epoch, "sweep", now, 3 period ids, the most at a time, what is older is forgotten. */
const sweep = `
if step == 'sweep' then
  local now, ids, most, old = ARGV[3], numbers(4), ARGV[7], ARGV[8]
  local stack = read(redis.call('HGET', counters, 'stack'))
  enter(stack, ids)
  redis.call('HSET', counters, 'stack', write(stack))
  show(stack)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', expiry, '-inf', now, 'LIMIT', 0, most)) do
    local text = redis.call('HGET', open, id)
    local held = reservation(text)
    redis.call('HDEL', open, id)
    redis.call('ZREM', expiry, id)
    book(held, held.amount, held.amount, -held.amount)
    redis.call('HSET', swept, id, text)
    redis.call('ZADD', late, now, id)
    redis.call('SADD', untold, id)
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', late, '-inf', old, 'LIMIT', 0, most)) do
    if redis.call('SISMEMBER', untold, id) == 0 then
      redis.call('HDEL', swept, id)
      redis.call('ZREM', late, id)
    end
  end
  redis.call('ZREMRANGEBYSCORE', done, '-inf', old)
  local at = redis.call('HSCAN', counters, redis.call('HGET', counters, 'cursor') or '0', 'COUNT', most)
  redis.call('HSET', counters, 'cursor', at[1])
  for i = 1, #at[2], 2 do
    if string.match(at[2][i], '^%a+:') then
      local account = read(at[2][i + 1])
      if account[2] < stack[2] and account[3] < stack[3] then redis.call('HDEL', counters, at[2][i]) end
    end
  end
  local told = {'ok'}
  for _, id in ipairs(redis.call('SRANDMEMBER', untold, most)) do
    told[#told + 1] = id
    told[#told + 1] = redis.call('HGET', swept, id)
  end
  return told
end
`;

/** ARGV: epoch, "status", scopes; returns the twelve numbers of each. */
const status = `
if step == 'status' then
  local told = {'ok'}
  for _, packed in ipairs(redis.call('HMGET', counters, unpack(ARGV, 3))) do
    -- Without the place that unpacking ended at.
    local account = read(packed)
    for i = 1, 12 do told[#told + 1] = account[i] end
  end
  return told
end
`;

/** ARGV: epoch, "told", ids; or epoch, "look", which says whether this life of the counters goes on. */
const told = `
if step == 'told' then
  for i = 3, #ARGV do redis.call('SREM', untold, ARGV[i]) end
  return {'ok'}
end
return {'ok'}
`;

/**
 * All steps in one script. Its text names the server process that it was checked for and whoever checked it: a server
 * that was not checked, since it was restarted or promoted, does not have it and says so (NOSCRIPT). That takes Redis 7
 * or Valkey, which neither save the scripts of EVAL nor send them to replicas.
 */
export const stepsFor = (server: string, checkedBy: string): string =>
  `-- ${server} ${checkedBy}\n${library}\nlocal epoch, step = ARGV[1], ARGV[2]\nif step == 'load' then return {'ok'} end\n${reserve}${settle}${adopt}${sweep}${status}${told}`;
