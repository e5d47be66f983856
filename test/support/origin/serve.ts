import { parseArgs } from 'node:util'
import { SPEED_NETWORK, speedStream } from './speed-profile.ts'
import { type Origin, startOrigin } from './start-origin.ts'
import { syntheticStream } from './streams/synthetic.ts'
import type { StreamTruth } from './truth.ts'

const USAGE = `Usage: node test/support/origin/serve.ts --profile NAME [options]

  --profile speed       200 segments of 1.49 MB that play; 40 ms before each answer, 8 MB/s per connection
  --profile unlimited   the same without latency and rate
  --profile synthetic   pseudo-random segments: --segments N (50), --bytes N each (1490000)
  --latency MS          instead of the profile's
  --bytes-per-sec N     instead of the profile's
  --port N              on 127.0.0.1; any free one by default

Prints one line of JSON: url, hostPort, truth. Ends with SIGTERM, SIGINT, or when its standard input ends.
`

const OPTIONS = {
  profile: { type: 'string' },
  segments: { type: 'string', default: '50' },
  bytes: { type: 'string', default: '1490000' },
  latency: { type: 'string' },
  'bytes-per-sec': { type: 'string' },
  port: { type: 'string', default: '0' },
} as const

await main()

/** An origin in a process of its own: what it costs does not count for whoever asks it. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  const { profile = '' } = values
  if (!['speed', 'unlimited', 'synthetic'].includes(profile)) {
    process.stderr.write(USAGE)
    process.exitCode = 1
    return
  }
  const own = profile === 'speed' ? SPEED_NETWORK : { latencyMs: 0, bytesPerSec: null }
  const origin = await startOrigin({
    port: Number(values.port),
    latencyMs: values.latency === undefined ? own.latencyMs : Number(values.latency),
    bytesPerSec: values['bytes-per-sec'] === undefined ? own.bytesPerSec : Number(values['bytes-per-sec']),
  })
  const { url, renditions } = await streamOf(origin, profile, Number(values.segments), Number(values.bytes))
  process.stdout.write(`${JSON.stringify({ url, hostPort: origin.hostPort, truth: renditions.main })}\n`)
  const stop = () => void origin[Symbol.asyncDispose]().then(() => process.stdin.destroy())
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  process.stdin.resume().once('end', stop)
}

async function streamOf(origin: Origin, profile: string, segments: number, segmentBytes: number): Promise<StreamTruth> {
  return profile === 'synthetic' ? syntheticStream(origin, { segments, segmentBytes }) : speedStream(origin)
}
