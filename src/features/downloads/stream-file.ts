import type { RecordingHead } from '#domain/recording.ts'
import type { DownloadPorts, DownloadTask } from './download-ports.ts'
import { joinRecording } from './fetch/join-recording.ts'

export interface StreamFile {
  readonly path: string | null
  readonly byteLength: number
  /** Null where nothing took the time. */
  readonly sha256: string | null
  /** What the container could not hold, for people. */
  readonly leftOut: readonly string[]
}

/**
 * A recording becomes one file: its bytes as they came, joined while they come, or repacked when all are there. Resolves
 * when the file is whole and has its name; the recording is not needed any more then.
 */
export async function streamFile(
  recordingPath: string,
  { title }: RecordingHead,
  task: DownloadTask,
  ports: DownloadPorts,
): Promise<StreamFile> {
  const { signal, request } = task
  const container = request.container ?? 'original'
  await using recording = await ports.recordings.follow(recordingPath)
  if (container === 'original') {
    const path = task.resultPath(title, await extensionOf(recording, signal))
    return { path, leftOut: [], ...(await joinRecording(recording, ports.results, { path, signal })) }
  }
  const path = task.resultPath(title, container)
  const leftOut = await ports.repack(recording, container, path, signal)
  return { path, leftOut, ...(await ports.results.facts(path)) }
}

/** By what the first segment is: `mp4` behind an init section, else by its name. */
async function extensionOf(
  recording: Awaited<ReturnType<DownloadPorts['recordings']['follow']>>,
  signal: AbortSignal,
): Promise<string> {
  for await (const { file, init, uriPath } of recording.segments('main', 0, signal)) {
    if (init !== null) return 'mp4'
    const named = /\.(aac|mp3|ac3|ec3|vtt)$/i.exec(uriPath)?.[1]
    if (file !== null) return named?.toLowerCase() ?? 'ts'
  }
  return 'ts'
}
