import { type ChildProcess, spawn } from 'node:child_process'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** The program, to be run by Node. */
export const LAUNCHER = resolve(ROOT, 'bin/telereel')

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The lines of stdout, each parsed; only with `--json`. */
  json<Value = Readonly<Record<string, unknown>>>(): Value[]
}

export interface CommandOptions {
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string>>
  /** A command that runs the one behind it, with fewer rights for one. */
  readonly through?: readonly string[]
}

/** Runs one command line to its end; its environment holds nothing of ours but the search path. */
export async function runTelereel(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const child = startTelereel(args, options)
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  }
  const code = await new Promise<number | null>((done) => child.once('close', done))
  const lines = () => said.stdout.split('\n').filter((line) => line !== '')
  return { code, ...said, json: <Value>() => lines().map((line) => JSON.parse(line) as Value) }
}

/** Starts `bin/telereel` in the data folder (where no `.env` lies) and leaves its streams to the caller. */
export function startTelereel(
  args: readonly string[],
  { dataDir, env = {}, through = [] }: CommandOptions,
): ChildProcess {
  const [program = '', ...words] = [...through, process.execPath, LAUNCHER, ...args]
  return spawn(program, words, {
    cwd: dataDir,
    env: environment(dataDir, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** What a process of the product is told in tests: a free port, a folder of its own, the tools of this machine. */
export function environment(
  dataDir: string,
  extra: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const tools = [resolve(ROOT, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH ?? '']
  return { PATH: tools.join(':'), HOME: dataDir, LANG: 'C.UTF-8', LOCAL_PORT: '0', DATA_DIR: dataDir, ...extra }
}
