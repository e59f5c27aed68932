-- tables.lua - one table as Markdown, LaTeX (booktabs) and CSV. (`table` is Lua's own module.)
--
-- A table: title, caption, head (list of texts), rows of cells, notes (list of texts), csv (list of
-- rows of plain values). A cell is a text or { text, bold, down, stale, note = number of a note }.

local M = {}

local function cell_of(cell)
  return type(cell) == "table" and cell or { text = cell }
end

-- ---- Markdown ----------------------------------------------------------------------

local function markdown_cell(cell)
  cell = cell_of(cell)
  local text = cell.text:gsub("|", "\\|")
  text = cell.bold and "**" .. text .. "**" or text
  return text .. (cell.down and " ↓" or "") .. (cell.stale and " †" or "")
         .. (cell.note and " [" .. cell.note .. "]" or "")
end

local function markdown_row(row)
  local cells = {}
  for i, cell in ipairs(row) do
    cells[i] = markdown_cell(cell)
  end
  return "| " .. table.concat(cells, " | ") .. " |"
end

function M.markdown(t)
  local lines = { "### " .. t.title, "", markdown_row(t.head) }
  local rule = {}
  for i = 1, #t.head do
    rule[i] = i <= (t.labels or 1) and "---" or "---:"
  end
  lines[#lines + 1] = "| " .. table.concat(rule, " | ") .. " |"
  for _, row in ipairs(t.rows) do
    lines[#lines + 1] = markdown_row(row)
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = t.caption
  for i, note in ipairs(t.notes or {}) do
    lines[#lines + 1] = ""
    lines[#lines + 1] = string.format("[%d] %s", i, note)
  end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- LaTeX -------------------------------------------------------------------------

local SPECIAL = { ["\\"] = "\\textbackslash{}", ["~"] = "\\textasciitilde{}",
                  ["^"] = "\\textasciicircum{}", ["±"] = "$\\pm$", ["×"] = "$\\times$",
                  ["−"] = "$-$", ["→"] = "$\\rightarrow$", ["↓"] = "$\\downarrow$",
                  ["†"] = "$\\dagger$" }

local function latex(text)
  return (text:gsub("[\\&%%$#_{}~^]", function(c) return SPECIAL[c] or "\\" .. c end)
              :gsub("[\xc2-\xf4][\x80-\xbf]+", function(c) return SPECIAL[c] or c end))
end

local function latex_cell(cell)
  cell = cell_of(cell)
  local text = latex(cell.text):gsub("^%-", "$-$"):gsub("^%+", "$+$")
  text = cell.bold and "\\textbf{" .. text .. "}" or text
  return text .. (cell.down and "$^{\\downarrow}$" or "") .. (cell.stale and "$^{\\dagger}$" or "")
         .. (cell.note and "\\textsuperscript{" .. cell.note .. "}" or "")
end

local function latex_row(row)
  local cells = {}
  for i, cell in ipairs(row) do
    cells[i] = latex_cell(cell)
  end
  return table.concat(cells, " & ") .. " \\\\"
end

function M.latex(t)
  local labels = t.labels or 1
  local lines = { "\\begin{table}", "\\centering", "\\caption{" .. latex(t.caption) .. "}",
                  "\\begin{tabular}{" .. ("l"):rep(labels) .. ("r"):rep(#t.head - labels) .. "}",
                  "\\toprule", latex_row(t.head), "\\midrule" }
  for _, row in ipairs(t.rows) do
    lines[#lines + 1] = latex_row(row)
    if row.rule then
      lines[#lines + 1] = "\\midrule"
    end
  end
  lines[#lines + 1] = "\\bottomrule"
  lines[#lines + 1] = "\\end{tabular}"
  for i, note in ipairs(t.notes or {}) do
    lines[#lines + 1] = string.format("\\par\\footnotesize\\textsuperscript{%d} %s", i, latex(note))
  end
  lines[#lines + 1] = "\\end{table}"
  return table.concat(lines, "\n") .. "\n"
end

-- ---- CSV ---------------------------------------------------------------------------

local function csv_text(text)
  return text:find('[",\r\n]') and '"' .. text:gsub('"', '""') .. '"' or text
end

-- texts: those that were written before, since a long file repeats most of its own
local function csv_field(v, texts)
  if v == nil or v ~= v then
    return ""
  elseif type(v) == "number" then
    return string.format("%.10g", v)
  end
  local known = texts[v]
  if not known then
    known = csv_text(tostring(v))
    texts[v] = known
  end
  return known
end

local fields = {} -- of one line

local function csv_line(row, width, texts)
  for k = 1, width do
    fields[k] = csv_field(row[k], texts)
  end
  return table.concat(fields, ",", 1, width)
end

-- rows: lists that may have holes; NaN is one too; as many fields each as the first. Rows may share
-- the table that is their `start`: their first fields.
function M.csv(rows)
  local lines, texts, starts, width = {}, {}, {}, #rows[1]
  for i, row in ipairs(rows) do
    local start = row.start
    if start then
      starts[start] = starts[start] or csv_line(start, start.n, texts) .. ","
      lines[i] = starts[start] .. csv_line(row, width - start.n, texts)
    else
      lines[i] = csv_line(row, width, texts)
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

return M
