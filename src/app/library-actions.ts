import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { addSubtitle } from '#features/ingest/add-subtitle.ts'
import { readSidecar } from '#features/ingest/read-sidecar.ts'
import { removeSubtitle } from '#features/ingest/remove-subtitle.ts'
import type { VideoId } from '#domain/ids.ts'
import { renameVideo } from '#features/ingest/rename-video.ts'
import { requestDelete } from '#features/library/delete-video.ts'
import { registerVideo } from '#features/library/register-video.ts'
import { retryVideo } from '#features/library/retry-video.ts'
import { Mutex } from '#lib/concurrency/mutex.ts'
import type { LibraryActions } from '#surfaces/http/http-ports.ts'
import type { Core } from './compose.ts'
import { newVideoId } from './new-video-id.ts'

/** What people can do with videos, as the surfaces call it. Changes to one library happen one after another. */
export function libraryActions({ ports, config }: Core, signal: AbortSignal): LibraryActions {
  const changes = new Mutex()
  const register: LibraryActions['register'] = async ({ uploadId, ...source }) => {
    const videoId = newVideoId(uploadId)
    await registerVideo({ ...source, videoId, createdAt: new Date() }, ports)
    return { videoId }
  }
  /** Whoever looks at the video hears of it, playlists included. */
  const change = async <Value>(videoId: VideoId, make: () => Promise<Value>) => {
    const value = await changes.run(make)
    ports.events.emit({ kind: 'video-changed', videoId })
    return value
  }
  return {
    register,
    rename: (id, title) => change(id, () => renameVideo(id, title, ports, signal)),
    remove: (id) => requestDelete(id, ports),
    retry: (id) => change(id, () => retryVideo(id, ports)),
    addSubtitle: async (id, upload) => {
      const sidecar = readSidecar(upload)
      return { trackName: await change(id, () => addSubtitle(id, sidecar, ports, signal)) }
    },
    removeSubtitle: (id, trackName) => change(id, () => removeSubtitle(id, trackName, ports, signal)),
    addDemo: async () => {
      const path = join(config.dataDir, 'uploads', `demo-${randomBytes(6).toString('hex')}.mkv`)
      await ports.media.makeDemoFilm(path, signal)
      return register({ path, owned: true, originalFilename: 'Demo film.mkv', title: 'Demo film' })
    },
  }
}
