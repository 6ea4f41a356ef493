-- SPDX-License-Identifier: Apache-2.0
-- A random lookup: what is known of one entity. Arguments: path and number of entities; with a third, each request
-- differs from all others, so that no answer can have been kept.
local path, entities, fresh
local count = 0
function init(args)
  path, entities, fresh = args[1], tonumber(args[2]), args[3] == "fresh"
  math.randomseed(tonumber(tostring({}):match("0x(%x+)"), 16) % 2147483647)
end
function request()
  count = count + 1
  local entity = math.random(0, entities - 1)
  local query = path:gsub("ENTITY", tostring(entity))
  if fresh then query = query .. "%23" .. count .. "." .. math.random(1000000000) end
  local accept = path:find("%.html$") and "text/html" or "application/sparql-results+json"
  return wrk.format("GET", query, {["Accept"] = accept})
end
