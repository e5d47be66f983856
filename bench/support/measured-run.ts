import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { peakRssBytes } from './processor-sec.ts'

const LOOK_MS = 15

export interface MeasuredRun {
  readonly sec: number
  /** The most that any one process of it held. */
  readonly peakRssMb: number
}

/** Runs a program to its end, takes its time and looks at its memory and that of what it starts; rejects with what it said when it fails. */
export async function measuredRun(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly limitSec?: number } = {},
): Promise<MeasuredRun> {
  const { cwd, env, limitSec = 180 } = options
  const startMs = performance.now()
  const child = spawn(command, args, {
    ...(cwd !== undefined && { cwd }),
    env: env ?? process.env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: limitSec * 1000,
  })
  let [stderr, peak] = ['', 0]
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4000)
  })
  const timer = setInterval(() => {
    peak = Math.max(peak, ...withChildren(child.pid ?? 0).map(rssOf))
  }, LOOK_MS)
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit, signal) => resolve(exit ?? signal))
  }).finally(() => clearInterval(timer))
  const sec = (performance.now() - startMs) / 1000
  if (code !== 0) throw new Error(`${command} ended with ${code} after ${sec.toFixed(1)} s: ${stderr}`)
  return { sec, peakRssMb: peak / 1e6 }
}

function withChildren(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return [pid, ...(text === '' ? [] : text.split(' ').map(Number).flatMap(withChildren))]
  } catch {
    return [pid]
  }
}

/** 0 for one that has just ended. */
function rssOf(pid: number): number {
  try {
    return peakRssBytes(pid) || 0
  } catch {
    return 0
  }
}
