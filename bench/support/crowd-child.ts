/** Many viewers at once, in a process of its own: `node crowd-child.ts URL COUNT BYTES`; prints a CrowdReport. */
import { createHash } from 'node:crypto'
import { Agent, get } from 'node:http'
import type { CrowdReport } from './crowd-report.ts'

const [, , url = '', count = '1', bytes = '0'] = process.argv
/** To hash what all of them get would take longer than to send it. */
const HASHED_SHARE = 0.05
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY })

interface Answer {
  readonly ms: number
  readonly sha256: string | null
}

function view(_: unknown, index: number): Promise<Answer> {
  const isHashed = index * HASHED_SHARE === Math.floor(index * HASHED_SHARE)
  const startMs = performance.now()
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`))
      const hash = createHash('sha256')
      let left = Number(bytes)
      response.on('data', (chunk: Buffer) => {
        left -= chunk.byteLength
        if (isHashed) hash.update(chunk)
      })
      response.once('end', () => {
        if (left !== 0) return reject(new Error(`${left} bytes are missing`))
        resolve({ ms: performance.now() - startMs, sha256: isHashed ? hash.digest('hex') : null })
      })
      response.once('error', reject)
    })
    request.once('error', reject)
  })
}

const settled = await Promise.allSettled(Array.from({ length: Number(count) }, view))
const answers = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
const times = answers.map(({ ms }) => ms).sort((one, other) => one - other)
const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
const report: CrowdReport = {
  errors: settled.length - answers.length,
  hashes: [...new Set(answers.flatMap(({ sha256 }) => sha256 ?? []))],
  medianMs: at(0.5),
  p99Ms: at(0.99),
}
console.log(JSON.stringify(report))
