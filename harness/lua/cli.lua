-- cli.lua - the command: kdbench VERB ... A verb is a module verbs/VERB.lua: `help`, `hidden`, `bare`
-- (needs no methods), `options(command)` and `main(args, parser)`, which gives the exit code: 0 done,
-- 1 ran but with failures or differences, 2 bad usage, 3 failed.

local argparse = require "argparse"
local exits = require "exits"
local kd = require "kd"

local M = {}

-- as help lists them
local ORDER = { "run", "plan", "resume", "report", "published", "verify", "compare", "merge",
                "validate", "gc", "list", "describe", "cite", "prepare", "import", "export",
                "predict", "check", "cache", "bench", "worker", "task", "completion" }

local function parser()
  local p = argparse("kdbench", "Benchmark of knowledge distillation.")
    :epilog("Exit codes: 0 done, 1 ran but with failures, 2 bad usage, 3 failed.")
  p:command_target("verb")
  p:require_command(false)
  p:flag("--version", "Print the version.")
  for _, name in ipairs(ORDER) do
    local verb = require("verbs." .. name)
    verb.options(p:command(name, verb.help):hidden(verb.hidden or false))
  end
  return p
end

local function version()
  local env = kd.environment() or {}
  return string.format("kdbench %s (%s%s)", env.version or "?", env.commit or "unknown commit",
                       env.dirty and ", changed" or "")
end

-- of the verb that was asked for, where there is one
local function usage_of(p, argv)
  for _, command in ipairs(p._commands) do
    if command._name == argv[1] then
      return command:get_usage()
    end
  end
  return p:get_usage()
end

-- argv: list of arguments, without the program's name. Exit code.
function M.main(argv)
  local p = parser()
  local ok, args = p:pparse(argv)
  if not ok then
    io.stderr:write(usage_of(p, argv), "\n\n")
    return exits.complain(exits.USAGE, args)
  elseif args.version then
    io.stdout:write(version(), "\n")
    return exits.DONE
  elseif not args.verb then
    io.stderr:write(p:get_help(), "\n")
    return exits.USAGE
  end
  local catalog, err = kd.catalog() -- fails where KD_METHOD_PATH names what is no method
  if not catalog and not require("verbs." .. args.verb).bare then
    return exits.complain(exits.USAGE, err)
  end
  return require("verbs." .. args.verb).main(args, p)
end

return M
