-- completion.lua - kdbench completion SHELL: the script that a shell reads to complete this command's
-- verbs and options.

local M = { help = "Completion of this command for a shell.", hidden = true, bare = true }

function M.options(c)
  c:argument("shell"):choices { "bash", "zsh", "fish" }
end

-- what is not shown in help is not offered either
local function without_hidden(list)
  local shown = {}
  for _, element in ipairs(list) do
    shown[#shown + 1] = not element._hidden and element or nil
  end
  return shown
end

function M.main(args, parser)
  parser._commands = without_hidden(parser._commands)
  for _, command in ipairs(parser._commands) do
    command._options = without_hidden(command._options)
  end
  io.stdout:write(parser["get_" .. args.shell .. "_complete"](parser), "\n")
  return 0
end

return M
