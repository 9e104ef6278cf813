-- Sends searches without pause. LOAD_REQUESTS names a file with the token, followed by one request body per line.
local file = assert(io.open(os.getenv("LOAD_REQUESTS")))
local token = file:read("l")
local bodies = {}
for line in file:lines() do bodies[#bodies + 1] = line end
file:close()

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. token

local index = 0

function init(args)
  math.randomseed(tonumber(tostring({}):match("0x(%x+)"), 16) % 2147483647)
  index = math.random(#bodies)
end

function request()
  index = index % #bodies + 1
  return wrk.format(nil, "/api/v1/traces/search", nil, bodies[index])
end

-- One line of JSON after wrk's own words; microseconds.
function done(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
    + summary.errors.timeout
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %f, "failed": %d, "p50": %f, "p90": %f, "p99": %f}\n', summary.requests,
    summary.duration / 1e6, failed, latency:percentile(50), latency:percentile(90), latency:percentile(99)))
end
