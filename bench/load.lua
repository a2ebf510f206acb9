-- Asks for one path after another, read from a file, and prints what came of it as one line of JSON.
-- Arguments: the file, how many of its paths to pass over, and "once" to stop when each has been asked for.

local paths, at, sent, once = {}, 0, 0, false

function init(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = wrk.format("GET", line) end
  at, once = tonumber(args[2]), args[3] == "once"
end

function request()
  at, sent = at % #paths + 1, sent + 1
  if once and sent > #paths + 1 then wrk.thread:stop() end  -- wrk tries out the first request and does not send it
  return paths[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "bytes": %d, "p50": %d, "p99": %d, "longest": %d, "refused": %d, "lost": %d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99), latency.max,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
