import { basename } from 'node:path'
import type { DownloadLibrary } from '#features/downloads/download-ports.ts'
import { addRecordingJob, registerRecording, videoIfThere } from '#features/library/register-recording.ts'
import { registerVideo } from '#features/library/register-video.ts'
import type { Core } from './compose.ts'
import { newVideoId } from './new-video-id.ts'

/** Downloads become videos of this library: the same download always the same video. */
export function downloadLibrary({ ports }: Pick<Core, 'ports'>): DownloadLibrary {
  const videoIdOf = (downloadId: string) => newVideoId(`download ${downloadId}`)
  return {
    async adoptRecording({ downloadId, path, title }) {
      const videoId = videoIdOf(downloadId)
      await registerRecording({ videoId, path, title, createdAt: new Date() }, ports)
      return videoId
    },
    async recorded(videoId, byteLength) {
      const video = await videoIfThere(videoId, ports.catalog)
      if (!video) return
      await ports.catalog.updateVideo(videoId, { byteLength })
      // The job may have been ended by a pause that was taken back at once.
      if (video.state === 'queued' || video.state === 'ingesting') await addRecordingJob(videoId, ports.jobs)
    },
    async adoptFile({ downloadId, path, title }) {
      const videoId = videoIdOf(downloadId)
      const originalFilename = `${title}${/\.[a-z0-9]{1,5}$/i.exec(basename(path))?.[0] ?? ''}`
      await registerVideo({ videoId, path, owned: true, originalFilename, title, createdAt: new Date() }, ports)
      return videoId
    },
    async completed(downloadId) {
      const video = await videoIfThere(videoIdOf(downloadId), ports.catalog)
      return video?.state === 'ready' ? { videoId: video.id, title: video.title, byteLength: video.byteLength } : null
    },
  }
}
