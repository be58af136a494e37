-- Asks for the pages that a file lists, one address a line, in turn, as a
-- browser does: packed. Usage: wrk -s bench/atlas.lua ADDRESS -- FILE
local pages, at = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    pages[#pages + 1] = wrk.format("GET", line, { ["Accept-Encoding"] = "gzip" })
  end
end

function request()
  at = at % #pages + 1
  return pages[at]
end
