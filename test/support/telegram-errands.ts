import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Errand, ErrandReport } from './work-until-killed.ts'

const PROGRAM = fileURLToPath(new URL('./work-until-killed.ts', import.meta.url))
/** A hanging process must not hang the tests. */
const LIMIT_MS = 60_000

/** Either it killed itself as it was told, or it came to the end. */
export type Outcome = { readonly killed: true } | ({ readonly killed: false } & ErrandReport)

/** Sends a process of its own; rejects with what it said when it failed by itself. `killAfterMs`: at any moment. */
export async function runErrand(errand: Errand, killAfterMs?: number): Promise<Outcome> {
  const args = ['--disable-warning=ExperimentalWarning', PROGRAM, JSON.stringify(errand)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs ?? LIMIT_MS)
  const [code, signal] = await new Promise<[number | null, string | null]>((done) =>
    child.once('close', (...ending) => done(ending)),
  )
  clearTimeout(timer)
  if (signal === 'SIGKILL' && (killAfterMs !== undefined || errand.killAt)) return { killed: true }
  if (code !== 0) throw new Error(`${errand.what} ended with ${code ?? signal}: ${said.stderr}`)
  return { killed: false, ...(JSON.parse(said.stdout) as ErrandReport) }
}
