import { composeCore } from '#app/compose.ts'
import { holdLibrary } from '#app/hold-library.ts'
import { loadConfig } from '#config/config.ts'
import { toSources } from '#config/env.ts'
import type { VideoId } from '#domain/ids.ts'
import { ingestVideo } from '#features/ingest/ingest-video.ts'

/**
 * A process of its own: ingests the video of a data folder and kills itself with SIGKILL when the n-th step is reached.
 * Prints `done` when the ingest ended before that. Arguments: data folder, file, step (0 = never).
 */
const VIDEO = 'crashtest0000001' as VideoId
const [, , dataDir = '', path = '', at = '0'] = process.argv

const loaded = loadConfig(
  toSources({ DATA_DIR: dataDir, MAX_CHUNK_SIZE: '1048576', PATH: process.env.PATH }, '', dataDir),
)
if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults))
const { config } = loaded
const signal = new AbortController().signal
await using core = await composeCore(config, { silent: true })
await using _lock = await holdLibrary(core, signal)
await core.ports.catalog.addVideo({
  id: VIDEO,
  title: 'Crash',
  originalFilename: 'crash.mkv',
  byteLength: 1,
  source: { path, owned: false },
  createdAt: new Date(0),
})
let steps = 0
await ingestVideo(VIDEO, core.ports, {
  settings: { minSegmentSec: 2, maxSegmentSec: 30, oversized: 'split' },
  signal,
  report: () => {},
  reached: () => {
    if (++steps === Number(at)) process.kill(process.pid, 'SIGKILL')
  },
})
process.stdout.write('done\n')
