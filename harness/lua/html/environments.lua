-- environments.lua - what runs ran on and were built from: each environment once, named by a number
-- to which runs refer.

local json = require "json"
local markup = require "html.markup"

local M = {}

local escape = markup.escape

-- what differs from run to run on one machine, or is said with the run
local OF_A_RUN = { processors = true, sources = true, teacher_sha256 = true, dataset_sha256 = true }

local function part_of(env)
  local part = {}
  for key, value in pairs(env) do
    part[key] = not OF_A_RUN[key] and value or nil
  end
  for _, kind in ipairs { "engine", "model" } do
    part["sources of " .. kind] = (env.sources or {})[kind]
  end
  return part
end

local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

-- with those of tuning, where there are any
local function all_rows(set)
  local list = {}
  for _, rows in ipairs { set.rows, set.tuned or {}, set.trials or {} } do
    table.move(rows, 1, #rows, #list + 1, list)
  end
  return list
end

-- { number[row], list of { number, id, env, runs } in the order in which they are met }
function M.of(tracks, ids)
  local number, list, known = {}, {}, {}
  for _, track in ipairs(tracks) do
    for _, row in ipairs(all_rows(track.set)) do
      local part = part_of(row.env or {})
      if next(part) then
        local key = json.encode(part)
        if not known[key] then
          local n = #list + 1
          known[key] = { number = n, id = ids("environment", n), env = part, runs = 0 }
          list[n] = known[key]
        end
        known[key].runs = known[key].runs + 1
        number[row] = known[key].number
      end
    end
  end
  return { number = number, list = list }
end

-- a link to the environment of a run
function M.link(environments, row)
  local n = environments.number[row]
  return n and string.format('<a href="#%s">%d</a>', environments.list[n].id, n) or ""
end

local function shown(value)
  return type(value) == "table" and json.encode(value) or tostring(value)
end

local function one(item)
  local lines = {}
  for _, key in ipairs(sorted_keys(item.env)) do
    lines[#lines + 1] = string.format('<tr><th scope="row">%s</th><td>%s</td></tr>', escape(key),
                                      escape(shown(item.env[key])))
  end
  local env = item.env
  local name = string.format("Environment %d: %s, commit %s%s, %d run%s", item.number,
                             env.cpu or "processor unknown", (env.commit or "unknown"):sub(1, 12),
                             env.dirty and " (changed)" or "", item.runs,
                             item.runs == 1 and "" or "s")
  return string.format([[
<details id="%s" class="environment"><summary>%s</summary>
<div class="scroll" role="region" aria-label="%s" tabindex="0">
<table><caption class="vh">%s</caption><tbody>%s</tbody></table></div></details>]], item.id,
                       escape(name), escape("Environment " .. item.number), escape(name),
                       table.concat(lines, "\n"))
end

function M.html(environments)
  local parts = {}
  for i, item in ipairs(environments.list) do
    parts[i] = one(item)
  end
  return '<section id="environments">\n<h2>Environments</h2>\n'
         .. '<p>What the runs were computed on and with, each once. Runs name theirs by its '
         .. "number.</p>\n" .. table.concat(parts, "\n") .. "\n</section>"
end

return M
