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

/** What the scripts share. */
export const library = `
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
