-- figures.lua - all figures of a report, drawn. Methods are named where they are drawn, so that no
-- legend can lie over data.

local accuracy = require "accuracy"
local curves = require "curves"
local dots = require "dots"
local plot = require "plot"
local protocols = require "protocols"
local ranking = require "stat.ranking"
local scatter = require "scatter"
local sensitivity = require "tuning.figures"

local M = {}

-- writes a figure's data and script and draws it
function M.draw(figure, out, write)
  local folder = out .. "/figures"
  write("figures/" .. figure.name .. ".dat", plot.data(figure.data))
  write("figures/" .. figure.name .. ".gp",
        plot.script(figure.name, figure.width, figure.height, figure.body))
  local ok, err = plot.draw(folder, figure.name)
  if not ok then
    error(err, 0)
  end
end

-- draws every figure of every group; gives their names, titles and captions
function M.write(set, groups, how, out, write)
  local list = {}
  for _, group in ipairs(groups) do
    local view = accuracy.view(set, group, how)
    local suffix = #groups > 1 and string.format("-%s-%d", group.dataset.name, group.number) or ""
    list[#list + 1] = dots.figure(view, suffix)
    list[#list + 1] = scatter.figure(view, suffix)
    list[#list + 1] = protocols.figure(view, suffix)
    for _, figure in ipairs(curves.figures(view, suffix)) do
      list[#list + 1] = figure
    end
  end
  list[#list + 1] = ranking.sweep_figure(set, groups, how)
  local tried = sensitivity.all(set, groups)
  table.move(tried, 1, #tried, #list + 1, list)
  for _, figure in ipairs(list) do
    M.draw(figure, out, write)
  end
  return list
end

return M
