import type { FollowedRecording, RecordedRendition, RecordingHead } from '#domain/recording.ts'
import type { DownloadPorts, DownloadTask } from './download-ports.ts'
import { joinRecording } from './fetch/join-recording.ts'
import { besideOrWhy, layBeside } from './lay-beside.ts'

export interface StreamFile {
  readonly path: string | null
  readonly byteLength: number
  /** Null where nothing took the time. */
  readonly sha256: string | null
  /** What the container could not hold, for people. */
  readonly leftOut: readonly string[]
  /** Paths of the subtitles that lie beside it. */
  readonly beside: readonly string[]
}

/**
 * A recording becomes one file: its bytes as they came, joined while they come, or repacked when all are there. Resolves
 * when the file is whole and has its name; the recording is not needed any more then.
 */
export async function streamFile(
  recordingPath: string,
  head: RecordingHead,
  task: DownloadTask,
  ports: DownloadPorts,
): Promise<StreamFile> {
  const { signal, request } = task
  const container = request.container ?? 'original'
  await using recording = await ports.recordings.follow(recordingPath)
  if (container === 'original') {
    const path = task.resultPath(head.title, await extensionOf(recording, signal))
    return await joined(recording, path, head, task, ports)
  }
  const path = task.resultPath(head.title, container)
  const leftOut = await ports.repack(recording, container, path, signal)
  return { path, leftOut, beside: [], ...(await ports.results.facts(path)) }
}

/** The bytes of `main`; subtitles become files beside it when the times of all pictures are known. */
async function joined(
  recording: FollowedRecording,
  path: string,
  { renditions }: RecordingHead,
  task: DownloadTask,
  ports: DownloadPorts,
): Promise<StreamFile> {
  const { signal } = task
  const sounds = renditions.filter(({ kind }) => kind === 'audio')
  const texts = renditions.filter(({ kind }) => kind === 'subtitles')
  const notes = sounds.length > 0 ? [`Not in the file: ${namesOf(sounds)}. ${SOUND_APART}`] : []
  if (texts.length === 0) {
    return { path, leftOut: notes, beside: [], ...(await joinRecording(recording, ports.results, { path, signal })) }
  }
  const facts = await joinRecording(keeping(recording), ports.results, { path, signal })
  const { beside, told } = await writeBeside(recording, path, texts, task, ports)
  return { path, leftOut: [...notes, ...told], beside, ...facts }
}

const SOUND_APART = 'This sound is a stream of its own; the container mkv holds all of them.'

async function writeBeside(
  recording: FollowedRecording,
  filmPath: string,
  texts: readonly RecordedRendition[],
  task: DownloadTask,
  { writeTexts, results }: Pick<DownloadPorts, 'writeTexts' | 'results'>,
): Promise<{ readonly beside: readonly string[]; readonly told: readonly string[] }> {
  const scratch = await task.scratchFolder()
  const pathOf = ({ id }: RecordedRendition) => `${scratch}/${id}.vtt`
  const missing: string[] = []
  const lay = async () => {
    const written = await writeTexts(recording, pathOf, task.signal)
    const unread = texts.filter(({ id }) => !written.some((text) => text.id === id))
    if (unread.length > 0) missing.push(`The subtitles ${namesOf(unread)} are left out: ${NOTHING}`)
    return await layBeside(
      filmPath,
      written.map((text) => ({ ...text, path: pathOf(text), extension: 'vtt' })),
      results,
    )
  }
  const { beside, told } = await besideOrWhy(lay, namesOf(texts), task)
  await task.scratchFolder()
  return { beside, told: [...told, ...(beside.length > 0 || told.length === 0 ? missing : [])] }
}

const NOTHING = 'they show nothing that can be read.'

function namesOf(renditions: readonly RecordedRendition[]): string {
  return renditions.map(({ name, language }) => name || language).join(', ')
}

/** Releases nothing: somebody else reads it after. */
function keeping(recording: FollowedRecording): FollowedRecording {
  return {
    path: recording.path,
    head: (signal) => recording.head(signal),
    segments: (rendition, from, signal) => recording.segments(rendition, from, signal),
    filePath: (name) => recording.filePath(name),
    release: async () => {},
    [Symbol.asyncDispose]: () => recording[Symbol.asyncDispose](),
  }
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
