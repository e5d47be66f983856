import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type ApiClient, createApiClient } from './api-client.ts'
import { startTelereel } from './run-telereel.ts'

/** A server of its own: the real program in a process, on a free port. */
export interface RunningServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string
  readonly dataDir: string
  readonly pid: number
  readonly api: ApiClient
  /** Everything it has said on standard error so far, logs included. */
  log(): string
  /** Stops it as Ctrl-C does and resolves with its exit code; the data folder stays. */
  stop(): Promise<number | null>
  /** Ends it as a power cut would. */
  kill9(): Promise<void>
}

export interface ServerOptions {
  /** An existing data folder stays when the server is disposed of; without one, a fresh folder is made and removed. */
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
  /** A command that runs the one behind it; see run-telereel.ts. */
  readonly through?: readonly string[]
}

/** A hanging start must not hang the tests. */
const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 30_000

/** Starts `telereel serve --json` and resolves when it listens; rejects with its own words when it does not come up. */
export async function startServer({
  dataDir: given,
  env = {},
  through = [],
}: ServerOptions = {}): Promise<RunningServer> {
  const dataDir = given ?? (await makeDataDir())
  await mkdir(dataDir, { recursive: true })
  const child = startTelereel(['serve', '--json'], { dataDir, env, through })
  const said = collect(child)
  const exited = new Promise<number | null>((done) => child.once('close', done))
  const url = await untilListening(child, said)
  const stop = async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
    const code = await exited
    clearTimeout(timer)
    return code
  }
  return {
    url,
    dataDir,
    pid: child.pid ?? 0,
    api: createApiClient(url),
    log: () => said.text,
    stop,
    async kill9() {
      child.kill('SIGKILL')
      await exited
    },
    async [Symbol.asyncDispose]() {
      await stop()
      if (given === undefined) await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** An empty folder for a library. */
export function makeDataDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'telereel-data-'))
}

function collect(child: ChildProcess): { text: string } {
  const said = { text: '' }
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.text += text
  })
  child.once('exit', (code, signal) => {
    said.text += `\n[it ended: ${code ?? signal}]\n`
  })
  return said
}

function untilListening(child: ChildProcess, said: { readonly text: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGKILL')
      reject(new Error(`The server did not start (${why}). It said:\n${said.text}`))
    }
    const timer = setTimeout(() => fail('too slow'), START_LIMIT_MS)
    child.once('error', (error) => fail(error.message))
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      fail(`exit ${code ?? signal}`)
    })
    if (child.stdout === null) return fail('no output')
    createInterface({ input: child.stdout }).on('line', (line) => {
      const localUrl = listeningAt(line)
      if (localUrl === null) return
      clearTimeout(timer)
      resolve(localUrl)
    })
  })
}

/** The address in `{"type":"status","state":"listening","localUrl":…}`, null on any other line. */
function listeningAt(line: string): string | null {
  try {
    const event = JSON.parse(line) as { readonly state?: string; readonly localUrl?: string }
    return event.state === 'listening' ? (event.localUrl ?? null) : null
  } catch {
    return null
  }
}
