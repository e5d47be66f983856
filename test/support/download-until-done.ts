import { setTimeout as sleep } from 'node:timers/promises'
import { type CliDownload, downloadByCli } from './download-by-cli.ts'
import type { Origin } from './origin/start-origin.ts'

export interface KilledDownload {
  readonly dataDir: string
  readonly output: string
  readonly kills: number
  /** Some moments lie before the first request, some behind the last. */
  readonly latestKillMs: number
  readonly args?: readonly string[]
}

export interface DoneAtLast {
  readonly last: CliDownload
  /** After each kill: segments that had been asked for before and were asked for again. */
  readonly fetchedAgain: readonly number[]
}

/** Gives the same command again and again; SIGKILL at random moments, then to its end. */
export async function downloadUntilDone(origin: Origin, url: string, options: KilledDownload): Promise<DoneAtLast> {
  const { dataDir, output, kills, latestKillMs, args = [] } = options
  const command = { dataDir, output, allow: origin.hostPort, args }
  const before = new Set<string>()
  const fetchedAgain: number[] = []
  for (let kill = 0; kill <= kills; kill++) {
    const from = origin.requests.length
    const killAfterMs = kill < kills ? { killAfterMs: Math.random() * latestKillMs } : {}
    const done = await downloadByCli(url, { ...command, ...killAfterMs })
    // What it asked for last may still be on its way to the origin.
    await sleep(50)
    const asked = new Set(origin.requests.slice(from).flatMap(({ path }) => (/segment/.test(path) ? [path] : [])))
    if (kill > 0) fetchedAgain.push([...asked].filter((path) => before.has(path)).length)
    for (const path of asked) before.add(path)
    // A kill that came too late: the command, given again, would begin a new download.
    if (done.code !== null) return { last: done, fetchedAgain }
  }
  throw new Error('It was killed every time.')
}
