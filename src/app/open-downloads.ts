import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DiskCookieFiles } from '#adapters/disk/disk-cookie-files.ts'
import { DiskJobLogs } from '#adapters/disk/disk-job-logs.ts'
import { DiskPartFiles } from '#adapters/disk/disk-part-files.ts'
import { DiskRecordings } from '#adapters/disk/disk-recordings.ts'
import { DiskResultFiles } from '#adapters/disk/disk-result-files.ts'
import type { KeptRoom } from '#adapters/disk/kept-room.ts'
import type { FfmpegMediaTool } from '#adapters/ffmpeg/create-media-tool.ts'
import { sniff } from '#adapters/ffmpeg/sniff.ts'
import { createWeb } from '#adapters/web-fetch/create-web.ts'
import { createPageTool } from '#adapters/ytdlp/create-page-tool.ts'
import type { Config } from '#config/config.ts'
import type { Events } from '#domain/events.ts'
import type { Recordings } from '#domain/recording.ts'
import type { DownloadPorts } from '#features/downloads/download-ports.ts'
import { safeFileName } from '#lib/file-name/safe-file-name.ts'
import { aes128CbcDecipher } from '#lib/segment-bytes/aes-128-cbc.ts'
import { GzipInflater } from '#lib/segment-bytes/gzip-inflater.ts'
import { scratchFolder } from './folders.ts'

/** What downloads need, but for the governor and the library: those are the caller's. */
export type Downloads = ReturnType<typeof openDownloads>

export interface DownloadPlaces {
  /** Holds a folder per download: recording, log, result. */
  readonly root: string
  /** The recordings in `root`, where they are open already. */
  readonly recordings?: Recordings
  /** Asked for when tracks are to be joined, or a recording to become a file of another container. */
  readonly media: () => Promise<FfmpegMediaTool>
  readonly events: Events
  /** What downloads must leave of the disk, where others work on it too. */
  readonly room?: KeptRoom
}

/** Opens the way out and what lies behind it. Dispose of it to break off everything under way. */
export function openDownloads(config: Config, { root, recordings, media, events, room }: DownloadPlaces) {
  const cookieFiles = new DiskCookieFiles(join(config.dataDir, 'cookies'))
  const web = createWeb({ allowHosts: config.access.fetchAllowHosts, cookieFiles, ...config.downloads })
  const pages = createPageTool({
    ytdlpPath: config.media.ytdlpPath,
    searchPath: config.searchPath,
    startProxy: (options) => web.startEgressProxy(options),
    cookieFiles,
    workDir: scratchFolder(config.dataDir),
    sniff,
    joinTracks: async (files, signal) => (await media()).joinTracks(files, signal),
    events,
  })
  const repack: DownloadPorts['repack'] = async (recording, container, path, signal) => {
    await using open = await (await media()).openRecording(recording, signal)
    return (await open.repack(container, path, signal)).notes
  }
  const writeTexts: DownloadPorts['writeTexts'] = async (recording, pathOf, signal) => {
    await using open = await (await media()).openRecording(recording, signal)
    return await open.writeTexts(pathOf, signal)
  }
  return {
    web,
    pages,
    cookieFiles,
    recordings: recordings ?? new DiskRecordings(root),
    results: new DiskResultFiles(),
    parts: new DiskPartFiles(room),
    logs: new DiskJobLogs(root),
    newDecipher: aes128CbcDecipher,
    newInflater: (maxBytes: number) => new GzipInflater(maxBytes),
    repack,
    writeTexts,
    ...placesIn(root),
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  }
}

/** Names end at 255 bytes: extensions, and those of subtitles beside the file, come behind it. */
const ROOM_BYTES = 210

function placesIn(root: string) {
  return {
    /** Of one download, emptied. */
    async scratchFolder(id: string) {
      const folder = join(root, id, 'page')
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return folder
    },
    resultPath: (id: string, title: string, extension: string) =>
      join(root, id, 'result', `${safeFileName(title, 'download', ROOM_BYTES)}.${extension}`),
    removeFiles: (id: string) => rm(join(root, id), { recursive: true, force: true }),
  }
}
