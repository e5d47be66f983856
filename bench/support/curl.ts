import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** When curl had what, in milliseconds since it began to connect. */
export interface CurlTimes {
  /** The byte at `first` (see `curl`). */
  readonly firstMs: number
  /** The byte before `end`. */
  readonly endMs: number
}

/**
 * Asks for an address with curl and reads all of the answer. Told are the moments when the bytes at `first` and before
 * `end` had come; without `end`, the last one.
 */
export async function curl(url: string, { first = 0, end = Number.POSITIVE_INFINITY } = {}): Promise<CurlTimes> {
  const child = spawn('curl', ['-sSfN', '-w', '%{stderr}%{time_starttransfer}', url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const seen = { bytes: 0, beganMs: 0, firstMs: 0, endMs: 0 }
  child.stdout.on('data', (chunk: Buffer) => {
    const nowMs = performance.now()
    if (seen.bytes === 0) seen.beganMs = nowMs
    if (seen.bytes <= first) seen.firstMs = nowMs
    if (seen.bytes < end) seen.endMs = nowMs
    seen.bytes += chunk.byteLength
  })
  const [code] = await ended
  if (code !== 0) throw new Error(`curl ended with ${code}: ${stderr}`)
  // What the pipe tells begins with its first chunk; curl knows how long it had waited for that.
  const waitedMs = Number(stderr) * 1000
  return { firstMs: waitedMs + seen.firstMs - seen.beganMs, endMs: waitedMs + seen.endMs - seen.beganMs }
}
