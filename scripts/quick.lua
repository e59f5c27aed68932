-- The quick profile: what `make reproduce` runs, one track after the other.

return profile {
  name = "quick",
  include "pointcloud.lua",
  include "text.lua",
  include "crossmodal.lua",
  include "vit.lua",
  include "vision.lua",
}
