return include "include.lua"
