-- The quick profile: what `make reproduce` runs, one track after the other.

return profile {
  name = "quick",
  include "vision.lua",
}
