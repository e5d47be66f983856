import { writeFile } from 'node:fs/promises'
import { WORK } from './films.ts'
import { processorSec } from './processor-sec.ts'
import { run } from './run.ts'

const SECONDS = 4
const CONNECTIONS = 50

export interface Target {
  readonly url: string
  readonly pid: number
  readonly paths: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  /** 50 unless said otherwise. */
  readonly connections?: number
}

/** What serving cost the process, in seconds of processor time, kernel included. */
export interface Cost {
  readonly secPerGb: number
  readonly secPerRequest: number
}

/** Asks for the paths in turns over some connections. Rejects when an answer is not what was asked for. */
export async function load(
  { url, pid, paths, headers = {}, connections = CONNECTIONS }: Target,
  status: number,
): Promise<Cost> {
  const script = `${WORK}/load.lua`
  await writeFile(script, luaScript(paths, headers, status))
  const before = processorSec(pid)
  const { stdout } = await run('wrk', [
    '-t1',
    `-c${connections}`,
    `-d${SECONDS}s`,
    '--timeout',
    '20s',
    '-s',
    script,
    url,
  ])
  const sec = processorSec(pid) - before
  const [, requests = 0, bytes = 0, wrong = 1] = (/RESULT (\d+) (\d+) (\d+)/.exec(stdout) ?? []).map(Number)
  if (wrong > 0 || requests === 0)
    throw new Error(`${url}: ${wrong} of ${requests} answers were not ${status}\n${stdout}`)
  return { secPerGb: sec / (bytes / 1e9), secPerRequest: sec / requests }
}

/** wrk keeps the globals of its thread apart from those of `done`, so wrong answers are counted through the thread. */
function luaScript(paths: readonly string[], headers: Readonly<Record<string, string>>, status: number): string {
  const fields = Object.entries(headers).map(([name, value]) => `wrk.headers[ [[${name}]] ] = [[${value}]]`)
  return `
    local paths = { ${paths.map((path) => `"${path}"`).join(', ')} }
    local threads = {}
    local at = 0
    wrong = 0
    ${fields.join('\n    ')}
    function setup(thread) table.insert(threads, thread) end
    function request()
      at = at % #paths + 1
      return wrk.format("GET", paths[at])
    end
    function response(status)
      if status ~= ${status} then wrong = wrong + 1 end
    end
    function done(summary)
      local bad = summary.errors.connect + summary.errors.read + summary.errors.timeout
      for _, thread in ipairs(threads) do bad = bad + thread:get("wrong") end
      print(string.format("RESULT %d %d %d", summary.requests, summary.bytes, bad))
    end
  `
}
