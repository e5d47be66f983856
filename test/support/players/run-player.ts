import { spawn } from 'node:child_process'

export interface PlayerRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
}

export interface PlayerOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Runs as this user, for players that refuse root. */
  readonly user?: { readonly uid: number; readonly gid: number }
}

/** A player that hangs must not hang the tests; none needs a tenth of it. */
const LIMIT_MS = 90_000

/** Runs a player to its end, in a process group of its own so that nothing of it stays behind. */
export async function runPlayer(
  program: string,
  args: readonly string[],
  { env = {}, user }: PlayerOptions = {},
): Promise<PlayerRun> {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...user,
  })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  }
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    if (child.pid) process.kill(-child.pid, 'SIGKILL')
  }, LIMIT_MS)
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    return { code, ...said, timedOut }
  } finally {
    clearTimeout(timer)
  }
}

/** Lines that say something, without those that a player always says. */
export function complaints(text: string, harmless: readonly RegExp[]): string[] {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim())
  return lines.filter((line) => line !== '' && !harmless.some((pattern) => pattern.test(line)))
}
