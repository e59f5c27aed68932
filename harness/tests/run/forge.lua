-- forge.lua FILE NAME NUMBER: another number in the first attribute NAME of a file, and the file
-- sealed again as if that were right.

local path, name, number = arg[1], arg[2], tonumber(arg[3])
local file = assert(io.open(path, "rb"))
local bytes = file:read("a")
file:close()

local function up(n)
  return (n + 7) // 8 * 8
end

-- HDF5's attribute message, version 1: version, a reserved byte, three sizes, name, type, shape, data
local at = assert(bytes:find("\1\0" .. string.pack("<I2", #name + 1) .. "....", 1),
                  "no attribute has a name of that length")
while bytes:sub(at + 8, at + 8 + #name) ~= name .. "\0" do
  at = assert(bytes:find("\1\0" .. string.pack("<I2", #name + 1) .. "....", at + 1),
              "there is no attribute " .. name)
end
local _, _, names, kind, shape = string.unpack("<BBI2I2I2", bytes, at)
local data = at + 8 + up(names) + up(kind) + up(shape)
local new = math.type(number) == "integer" and string.pack("<i8", number)
            or string.pack("<d", number)
bytes = bytes:sub(1, data - 1) .. new .. bytes:sub(data + 8)

local tail = assert(io.open(path .. ".tail", "wb"))
tail:write(bytes:sub(513))
tail:close()
local sum = io.popen("sha256sum < '" .. path .. ".tail'"):read("a"):match("^%x+")
os.remove(path .. ".tail")
local head = bytes:sub(1, 512):gsub("%x+\n%z*$", function(old)
  return sum .. "\n" .. ("\0"):rep(#old - #sum - 1)
end)
file = assert(io.open(path, "wb"))
file:write(head, bytes:sub(513))
file:close()
