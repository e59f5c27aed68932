-- feed.lua - what networks are fed: images, points or tokens; which of them a data set has, and how
-- large they are.

local options = require "options"

local M = {}

local PLURAL = { image = "images", points = "points", tokens = "tokens" }

function M.plural(kind)
  return PLURAL[kind] or kind
end

-- "images and points"
function M.several(kinds)
  local names = {}
  for i, kind in ipairs(kinds) do
    names[i] = M.plural(kind)
  end
  return table.concat(names, " and ")
end

function M.has(kinds, kind)
  for _, one in ipairs(kinds) do
    if one == kind then
      return true
    end
  end
  return false
end

-- of a family of networks
function M.kind_of(catalog, family)
  local entry = options.find(catalog.models, family)
  return entry and entry.kind or "image"
end

-- of a data set
function M.kinds_of(catalog, name)
  local entry = options.find(catalog.datasets, name)
  return entry and entry.kinds or { "image" }
end

-- what the samples of a data set are called: { one, many }
local SAMPLES = { image = { "image", "images" }, points = { "cloud", "clouds" },
                  tokens = { "text", "texts" } }

function M.samples(catalog, name)
  local kinds = M.kinds_of(catalog, name)
  return #kinds == 1 and SAMPLES[kinds[1]] or { "sample", "samples" }
end

-- ---- sizes ------------------------------------------------------------------------

-- of what a data set has, before it is opened; empty where it does not say
function M.before(catalog, name)
  local entry = options.find(catalog.datasets, name)
  return entry and entry.input or {}
end

-- Sizes of an input of each kind: the key that kd.model has, then that of an opened data set. One
-- that is not known is what kd.model takes it to be; only arithmetic depends on it.
local SIZES = {
  image = { height = "height", width = "width", channels = "channels" },
  points = { points = "points", channels = "point_channels" },
  tokens = { length = "length", vocabulary = "vocabulary" },
}
local MARK = { image = "height", points = "points", tokens = "length" } -- tells the kinds apart

-- what kd.model is asked for `model` ({ family, options }) on data of these sizes
function M.ask(catalog, model, sizes)
  local kind = M.kind_of(catalog, model.family)
  local ask = { family = model.family, options = model.options, classes = sizes.classes }
  if sizes[MARK[kind]] then
    for key, fact in pairs(SIZES[kind]) do
      ask[key] = sizes[fact] or sizes[key]
    end
  end
  return ask
end

-- "3x32x32, 100 classes": what kd.model says that a network was measured on
function M.text(input)
  if input.points then
    return string.format("%d points of %d numbers, %d classes", input.points, input.channels,
                         input.classes)
  elseif input.length then
    return string.format("%d tokens of %d, %d classes", input.length, input.vocabulary,
                         input.classes)
  end
  return string.format("%dx%dx%d, %d classes", input.channels, input.height, input.width,
                       input.classes)
end

return M
