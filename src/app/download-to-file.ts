import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { FfmpegMediaTool } from '#adapters/ffmpeg/create-media-tool.ts'
import type { Config } from '#config/config.ts'
import type { DownloadIdentity, DownloadRequest, DownloadResult, LinkInfo } from '#domain/download.ts'
import type { JobId } from '#domain/ids.ts'
import { MOST_AT_ONCE } from '#features/downloads/governor.ts'
import { lookAtLink } from '#features/downloads/link-information.ts'
import { runDownload } from '#features/downloads/run-download.ts'
import { safeFileName } from '#lib/file-name/safe-file-name.ts'
import type { FileDownload } from '#surfaces/cli/cli-ports.ts'
import { mediaToolSettings } from './media-tool-settings.ts'
import { openDownloads } from './open-downloads.ts'

const ID = 'download' as JobId

/** Bytes that only pass through need no room to grow old in: 128 MB at most instead of 150, at the same speed. */
setFlagsFromString('--semi-space-growth-factor=1')

/**
 * Downloads to a file; opens no library. What is under way lies beside the file, in `<file>.telereel`, or in the folder, in
 * `.telereel-<hash of the address>`: the same command finds it again.
 */
export async function downloadToFile(
  config: Config,
  request: DownloadRequest,
  { output, connections, onProgress, onLog, signal, finishing }: FileDownload,
): Promise<DownloadResult> {
  const root = output.endsWith(sep) ? join(output, `.telereel-${shortHash(request.url)}`) : `${output}.telereel`
  await using downloads = openDownloads(config, { root, ...toolsOf(config) })
  const task = {
    id: ID,
    request,
    ...(connections !== null && { connections }),
    signal,
    finishing,
    report: onProgress,
    log: onLog,
    resultPath: (title: string, extension: string) =>
      output.endsWith(sep) ? join(output, `${safeFileName(title, 'download')}.${extension}`) : output,
    scratchFolder: () => downloads.scratchFolder(ID),
  }
  const alone = { governor: unboundedGovernor(connections), library: null, order: async () => {} }
  const result = await runDownload(task, { ...downloads, ...alone })
  await rm(root, { recursive: true, force: true })
  return result
}

/** What stands at an address; downloads nothing but its beginning. */
export async function lookAt(
  config: Config,
  url: string,
  identity: DownloadIdentity,
  signal: AbortSignal,
): Promise<LinkInfo> {
  await using downloads = openDownloads(config, { root: config.dataDir, ...toolsOf(config) })
  return await lookAtLink({ url, identity }, downloads, signal)
}

/** Nobody else is served by this process: what the machine can give is this command's. */
function unboundedGovernor(connections: number | null) {
  const most = connections ?? MOST_AT_ONCE.mostConnections
  const range = (now: number) => ({ now, most: now })
  const unknown = { cpuPercent: null, memoryPercent: null, ownCpuPercent: null, ownMemoryBytes: null }
  return {
    downloads: 1,
    connections: most,
    onChange: () => () => {},
    figures: () => ({ enabled: false, downloads: range(1), connections: range(most), ...unknown, history: [] }),
  }
}

/** The media tool only when it is needed: looking for ffmpeg takes longer than many a download. */
function toolsOf(config: Config) {
  const events = { emit: () => {} }
  const find = async () => {
    const { createMediaTool } = await import('#adapters/ffmpeg/create-media-tool.ts')
    return createMediaTool({ ...mediaToolSettings(config), maxBlobBytes: config.media.maxChunkBytes, events })
  }
  let tool: Promise<FfmpegMediaTool> | null = null
  const media = () => {
    tool ??= find()
    return tool
  }
  return { events, media }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
