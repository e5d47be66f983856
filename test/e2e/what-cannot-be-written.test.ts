import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { mediaFile } from '../support/media-matrix.ts'
import { type CommandResult, runTelereel } from '../support/run-telereel.ts'
import { makeDataDir } from '../support/start-server.ts'
import { uploadByCli } from '../support/upload-by-cli.ts'

/** Rights of files mean nothing to root, unless it lets go of these capabilities. */
const FEW_RIGHTS = '-dac_override,-dac_read_search'
const AS_ANYBODY =
  process.getuid?.() === 0 ? ['setpriv', `--bounding-set=${FEW_RIGHTS}`, `--inh-caps=${FEW_RIGHTS}`, '--'] : []

/** A library with one film. */
let dataDir: string
let videoId: string
let film: string
const run = (...args: string[]): Promise<CommandResult> => runTelereel(args, { dataDir, through: AS_ANYBODY })

beforeAll(async () => {
  dataDir = await makeDataDir()
  film = await mediaFile('m4a-only')
  videoId = (await uploadByCli({ dataDir }, film)).videoId
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

describe('a part of the data folder that may not be written', () => {
  const folder = () => join(dataDir, 'blobs')
  afterEach(() => chmod(folder(), 0o755))

  it('is named by doctor, with what mends it', async () => {
    expect((await run('doctor')).stdout).toMatch(/✓ data .*, [\d.]+ [GT]B free\n/)
    await chmod(folder(), 0o555)
    const { code, stdout, stderr } = await run('doctor')
    expect([code, stderr]).toEqual([20, ''])
    expect(stdout).toMatch(/✖ data +blobs in .* cannot be written\n +Fix: .*owner and rights/)
  })
})

describe('a catalog that can only be read', () => {
  beforeAll(() => chmod(join(dataDir, 'catalog.db'), 0o444))

  it.each(['upload FILE', 'download http://127.0.0.1:9/a.m3u8', 'serve'])('is said in words by %s', async (line) => {
    const { code, stdout, stderr } = await run(...line.replace('FILE', film).split(' '))
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^✖ The catalog cannot be .*\[invalid-input\]\n {2}Why {3}\S.*\n {2}Fix {3}.*DATA_DIR.*\n$/)
  })

  it('is one JSON object where JSON is asked for', async () => {
    const { code, stderr } = await run('delete', '--video-id', videoId, '--json')
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'invalid-input',
      exit: code,
      fix: expect.stringContaining('DATA_DIR'),
    })
  })

  it('can be read', async () => {
    expect((await run('list', '--json')).json()).toMatchObject([[{ id: videoId }]])
  })
})

/** A disk of our own in a world of our own. */
const MOUNT = 'mount -t tmpfs -o size=40m none "$0" && exec "$@"'
/** Docker gives a container 64 MB of it. */
const SHARED_MEMORY = '/dev/shm'

describe('a disk with little room', () => {
  it('is told by doctor, with what mends it', async () => {
    await using small = await smallDisk()
    if (small === null) return
    const { stdout } = await runTelereel(['doctor'], small)
    expect(stdout).toMatch(/! data .*, [\d.]+ MB free\n +Fix: Make room/)
  })

  async function smallDisk() {
    const ours = join(dataDir, 'small')
    await mkdir(ours)
    const through = ['unshare', '--map-root-user', '--mount', 'sh', '-c', MOUNT, ours]
    const { status, stderr } = spawnSync('unshare', [...through.slice(1), 'true'], { encoding: 'utf8' })
    if (status === 0) return { dataDir: ours, through, [Symbol.asyncDispose]: async () => {} }
    const { bavail, bsize } = await statfs(SHARED_MEMORY)
    if (bavail * bsize < 1e9) {
      const folder = await mkdtemp(join(SHARED_MEMORY, 'telereel-'))
      return { dataDir: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
    }
    process.stderr.write(
      `No small disk to ask doctor about: ${stderr}; only the rule was tested (room-check.test.ts).\n`,
    )
    return null
  }
})
