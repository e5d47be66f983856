import { basename, dirname } from 'node:path'
import type { VideoSource } from '#domain/catalog.ts'
import type { LinkKind } from '#domain/download.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Video } from '#domain/video.ts'
import type { DownloadLibrary } from '#features/downloads/download-ports.ts'
import { addRecordingJob, registerRecording, videoIfThere } from '#features/library/register-recording.ts'
import { refusalOf } from '#features/library/refusal-of.ts'
import { addIngestJob, registerVideo } from '#features/library/register-video.ts'
import type { Core } from './compose.ts'
import { newVideoId } from './new-video-id.ts'

/** Downloads become videos of this library: the same download always the same video. */
export function downloadLibrary({ ports }: Pick<Core, 'ports'>): DownloadLibrary {
  const videoIdOf = (downloadId: string) => newVideoId(`download ${downloadId}`)
  const addJob = (videoId: VideoId, source: VideoSource) =>
    (kindBy(source) === 'hls' ? addRecordingJob : addIngestJob)(videoId, ports.jobs)
  return {
    async adoptRecording({ downloadId, path, title }) {
      const videoId = videoIdOf(downloadId)
      await registerRecording({ videoId, path, title, createdAt: new Date() }, ports)
      return videoId
    },
    refusal: (videoId) => refusalOf(videoId, ports.catalog),
    async recorded(videoId, byteLength) {
      const video = await videoIfThere(videoId, ports.catalog)
      if (!video) return
      await ports.catalog.updateVideo(videoId, { byteLength })
      // The job may have been ended by a pause that was taken back at once.
      if (video.state === 'queued' || video.state === 'ingesting') await addRecordingJob(videoId, ports.jobs)
    },
    async adoptFile({ downloadId, path, title, subtitles = [], notes = [] }) {
      const videoId = videoIdOf(downloadId)
      const originalFilename = `${title}${/\.[a-z0-9]{1,5}$/i.exec(basename(path))?.[0] ?? ''}`
      const source = { path, owned: true, sidecars: subtitles, notes }
      await registerVideo({ videoId, ...source, originalFilename, title, createdAt: new Date() }, ports)
      return videoId
    },
    async completed(downloadId) {
      const video = await videoIfThere(videoIdOf(downloadId), ports.catalog)
      const source = video && (await ports.catalog.source(video.id))
      if (video === null || !(video.state === 'ready' || (await isAdopted(video, source, ports)))) return null
      const { id, title, byteLength, notes } = video
      // What ended the adoption may have come before its job.
      if (source && (video.state === 'queued' || video.state === 'ingesting')) await addJob(id, source)
      return { videoId: id, kind: kindBy(source), title, byteLength, notes }
    },
  }
}

/** A file that was adopted is the library's: who downloaded it again would write into what the ingest reads. */
async function isAdopted(
  { byteLength }: Video,
  source: VideoSource | null,
  { sources }: Pick<Core['ports'], 'sources'>,
): Promise<boolean> {
  return byteLength > 0 && source !== null && (await sources.size(source.path)) !== null
}

/** By the folder: what a page gave lies in one, a file in another, a recording in neither. */
function kindBy(source: VideoSource | null): LinkKind {
  const folder = basename(dirname(source?.path ?? ''))
  return folder === 'page' ? 'page' : folder === 'result' ? 'file' : 'hls'
}
