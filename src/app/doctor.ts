import { access, constants, readdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sources } from '#config/env.ts'
import { ProductError } from '#domain/errors.ts'
import type { DoctorCheck, DoctorReport } from '#surfaces/cli/cli-ports.ts'
import { type Core, composeCore } from './compose.ts'
import { count } from '#surfaces/cli/format-values.ts'
import { configOf } from './config-of.ts'
import { roomCheck } from './room-check.ts'

/** Everything that can be checked without a server: settings, folders, tools, catalog. */
export async function doctor(sources: Sources): Promise<DoctorReport> {
  try {
    const { config, notices } = configOf(sources)
    await using core = await composeCore(config, { silent: true })
    const remarks = notices.map((detail): DoctorCheck => ({ name: 'settings', state: 'warning', detail }))
    const valid: DoctorCheck = { name: 'settings', state: 'good', detail: 'all valid' }
    return { checks: [valid, ...remarks, ...(await checksOf(core))], newRecoveryKey: core.store.newRecoveryKey }
  } catch (error) {
    if (!(error instanceof ProductError)) throw error
    const { message, fix } = error
    const checks: DoctorCheck[] = [{ name: 'start', state: 'bad', detail: message, ...(fix && { fix }) }]
    return { checks, newRecoveryKey: null }
  }
}

/** The checks on a running core; `serve` prints the same. */
export async function checksOf({ config, ports, store }: Core): Promise<readonly DoctorCheck[]> {
  const media = ports.media.describe()
  const stats = await ports.catalog.stats()
  return [
    await folderCheck(config.dataDir),
    toolsCheck(media),
    {
      name: 'sandbox',
      state: media.sandbox.level === 'full' ? 'good' : 'warning',
      detail: `${media.sandbox.level} (${media.sandbox.why})`,
      ...(media.sandbox.level !== 'full' && { fix: 'Install bubblewrap; inside containers allow user namespaces.' }),
    },
    ...(media.encoder.wanted === '' ? [] : [encoderCheck(media.encoder)]),
    ...media.warnings.map((detail): DoctorCheck => ({ name: 'ffmpeg', state: 'warning', detail })),
    ...(await storeChecks(store)),
    { name: 'catalog', state: 'good', detail: `${count(stats.videos, 'video')}, ${count(stats.segments, 'segment')}` },
    networkCheck(config.http.host),
  ]
}

async function storeChecks(store: Core['store']): Promise<DoctorCheck[]> {
  const { description } = await store.describe()
  const problems = await store.problems()
  return [
    { name: 'store', state: problems.length > 0 ? 'warning' : 'good', detail: description },
    ...problems.map(
      ({ message, fix }): DoctorCheck => ({ name: 'store', state: 'bad', detail: message, ...(fix && { fix }) }),
    ),
  ]
}

type MediaStatus = ReturnType<Core['ports']['media']['describe']>

function toolsCheck({ tools, problem }: MediaStatus): DoctorCheck {
  if (tools) return { name: 'ffmpeg', state: 'good', detail: tools.ffmpeg.version }
  const detail = problem?.message ?? 'not found'
  return { name: 'ffmpeg', state: 'bad', detail, ...(problem?.fix && { fix: problem.fix }) }
}

function encoderCheck({ used, why }: MediaStatus['encoder']): DoctorCheck {
  return { name: 'encoder', state: used === 'software' ? 'warning' : 'good', detail: why }
}

/** That it can be written was seen when it was opened; what lies in it may be of another user. */
async function folderCheck(folder: string): Promise<DoctorCheck> {
  const closed = await closedIn(folder)
  if (closed.length > 0) {
    const fix = 'Mend their owner and rights: whoever runs Telereel must be able to write them.'
    return { name: 'data', state: 'bad', detail: `${closed.join(', ')} in ${folder} cannot be written`, fix }
  }
  const { bavail, bsize } = await statfs(folder)
  return roomCheck(folder, bavail * bsize)
}

async function closedIn(folder: string): Promise<string[]> {
  const closed: string[] = []
  for (const name of await readdir(folder)) {
    await access(join(folder, name), constants.W_OK).catch(({ code }: NodeJS.ErrnoException) => {
      if (code !== 'ENOENT') closed.push(name)
    })
  }
  return closed
}

function networkCheck(host: string): DoctorCheck {
  const own = host === 'localhost' || host === '::1' || host.startsWith('127.')
  if (own) return { name: 'network', state: 'good', detail: `only this computer (${host})` }
  const detail = `LOCAL_HOST=${host} lets others reach this server, and THERE IS NO LOGIN YET: they can watch, upload and delete`
  return { name: 'network', state: 'warning', detail, fix: 'Set LOCAL_HOST=127.0.0.1, or keep it behind a firewall.' }
}
