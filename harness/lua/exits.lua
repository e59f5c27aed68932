-- exits.lua - the command's exit codes, and how it complains.

local M = { DONE = 0, DIFFERENT = 1, USAGE = 2, FAILED = 3 }

-- says what is wrong on stderr; gives the code
function M.complain(code, message)
  io.stderr:write("kdbench: ", tostring(message), "\n")
  return code
end

-- text on stdout and 0, or the message of what was asked for wrongly and 2
function M.answer(text, err)
  if not text then
    return M.complain(M.USAGE, err)
  end
  io.stdout:write(text)
  return M.DONE
end

return M
