import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { OriginFigures } from '#test/support/origin/journal.ts'
import type { RenditionTruth } from '#test/support/origin/truth.ts'

const SERVE = fileURLToPath(new URL('../../test/support/origin/serve.ts', import.meta.url))

/** The test origin in a process of its own. */
export interface SpeedOrigin extends AsyncDisposable {
  /** Of the media playlist. */
  readonly url: string
  readonly hostPort: string
  readonly truth: RenditionTruth
  /** Since the last call. */
  figures(): Promise<OriginFigures>
}

/** `args` as of test/support/origin/serve.ts. Making its film takes a minute, the first time. */
export async function startSpeedOrigin(...args: readonly string[]): Promise<SpeedOrigin> {
  const child = spawn(process.execPath, [SERVE, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])
  if (typeof line[0] !== 'string') throw new Error('The origin did not start.')
  const said = JSON.parse(line[0]) as Pick<SpeedOrigin, 'url' | 'hostPort' | 'truth'>
  return {
    ...said,
    async figures() {
      const figures = await (await fetch(`http://${said.hostPort}/__origin/figures`)).json()
      await fetch(`http://${said.hostPort}/__origin/clear`)
      return figures as OriginFigures
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}
