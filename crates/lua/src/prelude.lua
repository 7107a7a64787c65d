-- What scripts see in place of what could run unobserved. Lua 5.2 is made to answer as 5.1 here.
-- The originals stay reachable from here only.

local host = ...
local raw_setmetatable, raw_sort, raw_rep = setmetatable, table.sort, string and string.rep

-- Finalizers would run where nothing is counted; the language that scripts are written for has none for tables.
function setmetatable(of, meta)
  if type(meta) == "table" and rawget(meta, "__gc") ~= nil then
    error("__gc is not supported", 2)
  end
  return raw_setmetatable(of, meta)
end

function pcall(f, ...)
  return host.pcall(f, ...)
end

function xpcall(f, handler, ...)
  local results = table.pack(host.pcall(f, ...))
  if results[1] then
    return table.unpack(results, 1, results.n)
  end
  return false, handler(results[2])
end

-- These would believe a length that __len makes up.
function table.insert(list, place, ...)
  local count = rawlen(list)
  if select("#", ...) == 0 then
    list[count + 1] = place
    return
  end
  if type(place) ~= "number" or place < 1 or place > count + 1 then
    error("bad argument #2 to 'insert' (position out of bounds)", 2)
  end
  for index = count, place, -1 do
    list[index + 1] = list[index]
  end
  list[place] = ...
end

function table.remove(list, place)
  local count = rawlen(list)
  if place == nil then
    place = count
  end
  if count == 0 then
    return nil
  end
  local taken = list[place]
  for index = place, count - 1 do
    list[index] = list[index + 1]
  end
  list[count] = nil
  return taken
end

-- The comparison is called through Lua, where instructions are counted.
function table.sort(list, before)
  if before == nil then
    return raw_sort(list)
  end
  return raw_sort(list, function(a, b)
    return before(a, b)
  end)
end

function table.getn(list)
  return rawlen(list)
end

unpack = table.unpack

if string then
  function string.rep(text, count, between)
    if #text + #(between or "") == 0 then
      return ""
    end
    return raw_rep(text, count, between)
  end

  function string.find(text, pattern, from, is_plain)
    return host.find(text, pattern, from or 1, is_plain and true or false, true)
  end

  function string.match(text, pattern, from)
    return host.find(text, pattern, from or 1, false, false)
  end

  function string.gmatch(text, pattern)
    local from = 1
    return function()
      if from == nil then
        return nil
      end
      local results = table.pack(host.gmatch(text, pattern, from))
      from = results[1]
      return table.unpack(results, 2, results.n)
    end
  end

  function string.gsub(text, pattern, replacement, most)
    local pieces, from, count = {}, 1, 0
    local is_anchored = pattern:sub(1, 1) == "^"
    while most == nil or count < most do
      local start, stop, captures = host.locate(text, pattern, from)
      if start == nil then
        break
      end
      count = count + 1
      local whole = text:sub(start, stop)
      local first = captures[1]
      if first == nil then
        first = whole
      end
      local put
      local kind = type(replacement)
      if kind == "function" then
        put = replacement(table.unpack(#captures > 0 and captures or { whole }))
      elseif kind == "table" then
        put = replacement[first]
      else
        put = host.expand(tostring(replacement), whole, captures)
      end
      pieces[#pieces + 1] = text:sub(from, start - 1)
      if put == nil or put == false then
        put = whole
      end
      pieces[#pieces + 1] = put
      if stop >= start then
        from = stop + 1
      else
        pieces[#pieces + 1] = text:sub(start, start)
        from = start + 1
      end
      if from > #text + 1 or is_anchored then
        break
      end
    end
    pieces[#pieces + 1] = text:sub(from)
    return table.concat(pieces), count
  end

  string.gfind, string.dump = string.gmatch, nil
end

function require(name)
  if name == "os" then
    return os
  end
  error("module '" .. tostring(name) .. "' is not there: scripts see os only", 2)
end

function print() end

dofile, loadfile, load, loadstring, collectgarbage, _VERSION = nil, nil, nil, nil, nil, "Lua 5.1"
