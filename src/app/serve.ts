import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KeptRoom } from '#adapters/disk/kept-room.ts'
import type { Config } from '#config/config.ts'
import type { SettingRow } from '#config/describe-settings.ts'
import { ConflictError, LibraryLockedError } from '#domain/errors.ts'
import type { Playback } from '#features/playback/playback.ts'
import type { Terminal } from '#surfaces/cli/terminal.ts'
import { ensureLocalToken } from '#surfaces/http/auth/local-token.ts'
import { createHttpServer } from '#surfaces/http/create-http-server.ts'
import type { HttpConfig } from '#surfaces/http/http-config.ts'
import { type Core, composeCore } from './compose.ts'
import { diagnosticsOf } from './diagnostics.ts'
import { downloadActions } from './download-actions.ts'
import { downloadsFolder } from './folders.ts'
import { holdLibrary } from './hold-library.ts'
import { hostStatus } from './host-status.ts'
import { keepStore } from './keep-store.ts'
import { libraryActions } from './library-actions.ts'
import { openDownloads } from './open-downloads.ts'
import { openGovernor } from './open-governor.ts'
import { openPlayback } from './open-playback.ts'
import { preflight } from './preflight.ts'
import { removeServerFile, writeServerFile } from './server-file.ts'
import { VERSION } from './version.ts'
import { work } from './work.ts'

/** Ingests at once: two keep the disk busy while one waits for ffmpeg. */
const INGESTS_AT_ONCE = 2

/** Runs server and worker in this process until the signal aborts, then ends both in order. */
export async function serve(
  config: Config,
  terminal: Terminal,
  { signal, settings }: { readonly signal: AbortSignal; readonly settings: () => readonly SettingRow[] },
): Promise<void> {
  await using core = await composeCore(config)
  const diagnostics = diagnosticsOf(core, settings)
  await using lock = await holdLibrary(core, signal)

  await using playing = await openPlayback(core)
  const { media, recordings, events } = core.ports
  const root = downloadsFolder(config.dataDir)
  await using downloads = openDownloads(config, {
    root,
    room: new KeptRoom(config.dataDir),
    recordings,
    media: async () => media,
    events,
  })
  const governor = openGovernor(config)
  const actions = downloadActions(core, downloads, governor)
  const ports = { ...httpPorts(core, playing.playback, signal), downloads: actions, diagnostics }
  const http = await createHttpServer(ports, await httpConfig(config))
  const { localUrl, publicUrl, port } = await http.listen().catch((cause) => {
    throw cannotListen(cause, config)
  })
  await writeServerFile(config.dataDir, { url: loopbackUrl(config, port) })
  await preflight(core, terminal, { localUrl, publicUrl })

  const working = AbortSignal.any([signal, lock.lost])
  const keeping = keepStore(core, working)
  try {
    void governor.watch(working)
    void downloads.pages.check()
    await work(core, downloads, { ingests: INGESTS_AT_ONCE, governor, signal: working })
    if (lock.lost.aborted) throw new LibraryLockedError('Another server has taken over this library.')
  } finally {
    terminal.say('Stopping…')
    await http.close()
    await keeping
    await removeServerFile(config.dataDir)
  }
}

/** The usual ways in which a port cannot be had, in words. */
function cannotListen(cause: unknown, { http: { host, port } }: Config): unknown {
  const code = (cause as NodeJS.ErrnoException).code
  const fix = 'Stop what uses it, or set LOCAL_PORT to another number.'
  if (code === 'EADDRINUSE') return new ConflictError(`Port ${port} on ${host} is taken.`, { fix, cause })
  if (code === 'EACCES')
    return new ConflictError(`Port ${port} is not allowed.`, { fix: 'Take one above 1023.', cause })
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new ConflictError(`${host} is no address of this computer.`, { fix: 'Mend LOCAL_HOST.', cause })
  }
  return cause
}

function httpPorts(core: Core, playback: Playback, signal: AbortSignal) {
  const { catalog, jobs, events } = core.ports
  return {
    catalog,
    jobs,
    events,
    cache: playback.cache,
    playback,
    library: libraryActions(core, signal),
    hostStatus: () => hostStatus(core),
    storeCalls: core.storeCalls,
  }
}

async function httpConfig({ http, dataDir, media, access }: Config): Promise<HttpConfig> {
  return {
    version: VERSION,
    host: http.host,
    port: http.port,
    publicDomain: http.publicDomain ?? null,
    forceHttps: http.forceHttps,
    tls: http.tls ?? null,
    uploadsDir: join(dataDir, 'uploads'),
    maxUploadBytes: media.maxUploadBytes,
    webRoot: webRoot(),
    localToken: await ensureLocalToken(dataDir),
    trustedProxies: http.trustedProxies,
    rates: { info: access.infoRate, download: access.downloadRate },
  }
}

/** The built page, or null when nobody built it. */
function webRoot(): string | null {
  const folder = fileURLToPath(new URL('../../web/dist', import.meta.url))
  return existsSync(join(folder, 'index.html')) ? folder : null
}

/** How this machine reaches itself, whatever address the server listens on. */
function loopbackUrl({ http }: Config, port: number): string {
  const everywhere = http.host === '0.0.0.0' || http.host === '::'
  const host = everywhere ? '127.0.0.1' : http.host
  return `${http.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
