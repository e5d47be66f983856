import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { startTelereel } from '#test/support/run-telereel.ts'
import { processorSec } from './processor-sec.ts'

export interface TimedUpload {
  readonly videoId: string
  /** From the moment when the film was accepted until all of it is stored and published. */
  readonly sec: number
  /** Of the whole command: loading the program, opening the store and closing it are in it. */
  readonly commandSec: number
  /** Of the command. */
  readonly processorSec: number
  readonly storedBytes: number
}

interface Said {
  readonly type?: string
  readonly stage?: string
  readonly videoId?: string
  readonly statistics?: { readonly totalBytes: number }
}

/** `telereel upload --json` in a process of its own; rejects with its own words when it fails. */
export async function timedUpload(
  film: string,
  dataDir: string,
  env: Readonly<Record<string, string>>,
): Promise<TimedUpload> {
  const startMs = performance.now()
  const child = startTelereel(['upload', '--json', film], { dataDir, env })
  const ended = once(child, 'close')
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const seen = { queuedMs: 0, doneMs: 0, busySec: 0, videoId: '', storedBytes: 0 }
  if (child.stdout === null) throw new Error('no output')
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { type, stage, videoId, statistics } = JSON.parse(line) as Said
    if (stage === 'queued') seen.queuedMs = performance.now()
    if (type !== 'summary') return
    seen.doneMs = performance.now()
    seen.busySec = processorSec(child.pid ?? 0)
    seen.videoId = videoId ?? ''
    seen.storedBytes = statistics?.totalBytes ?? 0
  })
  await ended
  const { videoId, storedBytes, queuedMs, doneMs, busySec } = seen
  if (videoId === '') throw new Error(`The upload failed: ${stderr}`)
  const commandSec = (performance.now() - startMs) / 1000
  return { videoId, sec: (doneMs - queuedMs) / 1000, commandSec, processorSec: busySec, storedBytes }
}
