/**
 * The budget's steps in Redis, each a run of a script and so atomic. All keys of one stack are in one slot of a cluster.
 * Amounts are whole nano-dollars, which Lua's numbers hold exactly up to nine million dollars.
 *
 * counters: a hash. `epoch` names one life of the counters, `server` the Redis process that they began in, `readyAt` when
 * reservations may be made in it; each scope has the ids of its day, week and month and then spent, estimated and reserved
 * of each of them, as twelve packed doubles: as text they would take most of a script's time.
 * open, swept: hashes of reservations by id: `amount expiresAt day week month key tenant`, one a line.
 * expiry, late, done: sorted sets of ids by time: when open ones expire, when swept ones were swept, and when those were
 * settled that can be heard of again.
 * untold: the set of swept ids that are not in the ledger yet.
 */
export const keysOf = (name: string): readonly string[] => [
  name,
  ...["counters", "open", "expiry", "swept", "late", "done", "untold", "rebuild"].map((part) => `{${name}}:${part}`),
];

const library = `
local shown, counters, open, expiry, swept, late, done, untold, lock = unpack(KEYS)

local function read(packed)
  if not packed then return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0} end
  return {struct.unpack('>dddddddddddd', packed)}
end

local function write(account)
  return struct.pack('>dddddddddddd', unpack(account))
end

local function enter(account, ids)
  for p = 1, 3 do
    if ids[p] > account[p] then
      account[p] = ids[p]
      for i = 3 * p + 1, 3 * p + 3 do account[i] = 0 end
    end
  end
end

local function add(account, ids, spent, estimated, reserved)
  for p = 1, 3 do
    if ids[p] == account[p] then
      account[3 * p + 1] = account[3 * p + 1] + spent
      account[3 * p + 2] = account[3 * p + 2] + estimated
      account[3 * p + 3] = account[3 * p + 3] + reserved
    end
  end
end

local function numbers(first)
  return {tonumber(ARGV[first]), tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2])}
end

local function reservation(text)
  local amount, expires, day, week, month, key, tenant =
    string.match(text, '^(%d+)\\n(%d+)\\n(%d+)\\n(%d+)\\n(%d+)\\n([^\\n]*)\\n(.*)$')
  return {
    amount = tonumber(amount), expires = tonumber(expires), key = 'key:' .. key, tenant = 'tenant:' .. tenant,
    ids = {tonumber(day), tonumber(week), tonumber(month)},
  }
end

local function show(stack)
  redis.call('SET', shown, string.format('%.6f', stack[4] / 1e9))
end

local function book(held, spent, estimated, reserved)
  local at = redis.call('HMGET', counters, held.key, held.tenant, 'stack')
  local accounts = {read(at[1]), read(at[2]), read(at[3])}
  for level = 1, 3 do
    enter(accounts[level], held.ids)
    add(accounts[level], held.ids, spent, estimated, reserved)
  end
  redis.call('HSET', counters, held.key, write(accounts[1]), held.tenant, write(accounts[2]), 'stack', write(accounts[3]))
  if spent ~= 0 then show(accounts[3]) end
end

local function known(id)
  return redis.call('HEXISTS', open, id) == 1 or redis.call('HEXISTS', swept, id) == 1 or redis.call('ZSCORE', done, id)
end

local function hold(id, text, held)
  redis.call('HSET', open, id, text)
  redis.call('ZADD', expiry, held.expires, id)
end
`;

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

/** ARGV: epoch, "status", scope. */
const status = `
if step == 'status' then
  local account = read(redis.call('HGET', counters, ARGV[3]))
  return {'ok', unpack(account)}
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

const serverId = `string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')`;

/** What a server process holds: its own id, then `epoch`, `server` and `readyAt`, empty where there are none. */
export const inspect = `
local at = redis.call('HMGET', KEYS[2], 'epoch', 'server', 'readyAt')
return {${serverId}, at[1] or '', at[2] or '', at[3] or ''}
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
