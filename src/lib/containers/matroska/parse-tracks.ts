import { ContainerError } from '../container-error.ts'
import { bigUintOf, elementsIn } from './ebml-element.ts'
import { ID } from './element-id.ts'
import { MasterElement } from './master-element.ts'
import type { AudioSettings, ContentEncoding, MatroskaTrack, VideoSettings } from './matroska-file.ts'

/** More tracks than any film has; a wall against hostile files. */
const MAX_TRACKS = 1000

/** The body of a Tracks element (RFC 9559 §5.1.4). Throws `malformed` for tracks without number, type or codec. */
export function parseTracks(body: Uint8Array): MatroskaTrack[] {
  const entries = elementsIn(body).filter((element) => element.id === ID.trackEntry)
  if (entries.length > MAX_TRACKS) throw new ContainerError('too-large', `Matroska: ${entries.length} tracks`)
  const tracks = entries.map((entry) => parseTrackEntry(new MasterElement(entry.body)))
  const numbers = new Set(tracks.map((track) => track.number))
  if (numbers.size < tracks.length) throw new ContainerError('malformed', 'Matroska: two tracks have one number')
  return tracks
}

function parseTrackEntry(entry: MasterElement): MatroskaTrack {
  const number = entry.uint(ID.trackNumber) ?? 0
  const type = entry.uint(ID.trackType)
  const codecId = entry.text(ID.codecId)
  if (number === 0 || type === null || codecId === null) {
    throw new ContainerError('malformed', 'Matroska: a track without number, type or codec')
  }
  const kind = KINDS[type] ?? 'other'
  return {
    number,
    uid: bigUintOf(entry.body(ID.trackUid) ?? new Uint8Array()),
    kind,
    codecId,
    codecPrivate: entry.body(ID.codecPrivate),
    defaultDurationNs: entry.uint(ID.defaultDuration) || null,
    language: entry.text(ID.languageBcp47) ?? entry.text(ID.language) ?? 'eng',
    name: entry.text(ID.name),
    ...flagsOf(entry),
    timestampFactor: factorOf(entry.float(ID.trackTimestampScale)),
    codecDelayNs: entry.uint(ID.codecDelay) ?? 0,
    seekPreRollNs: entry.uint(ID.seekPreRoll) ?? 0,
    video: kind === 'video' ? videoOf(entry.master(ID.video)) : null,
    audio: kind === 'audio' ? audioOf(entry.master(ID.audio)) : null,
    encoding: encodingOf(entry.master(ID.contentEncodings)),
  }
}

/** RFC 9559 §5.1.4.1.3. */
const KINDS: Readonly<Record<number, MatroskaTrack['kind']>> = { 1: 'video', 2: 'audio', 17: 'subtitles' }

function flagsOf(entry: MasterElement): Pick<MatroskaTrack, 'isEnabled' | 'isDefault' | 'forced' | 'hearingImpaired'> {
  return {
    isEnabled: entry.uint(ID.flagEnabled) !== 0,
    isDefault: entry.uint(ID.flagDefault) !== 0,
    forced: entry.uint(ID.flagForced) === 1,
    hearingImpaired: entry.uint(ID.flagHearingImpaired) === 1,
  }
}

/** Nonsense counts as 1, as ffmpeg has it. */
function factorOf(factor: number | null): number {
  return factor !== null && Number.isFinite(factor) && factor >= 0.01 ? factor : 1
}

function videoOf(video: MasterElement): VideoSettings {
  const width = video.uint(ID.pixelWidth) ?? 0
  const height = video.uint(ID.pixelHeight) ?? 0
  return {
    width,
    height,
    displayWidth: video.uint(ID.displayWidth) || width,
    displayHeight: video.uint(ID.displayHeight) || height,
  }
}

function audioOf(audio: MasterElement): AudioSettings {
  const rate = audio.float(ID.samplingFrequency) ?? 8000
  return {
    channels: audio.uint(ID.channels) ?? 1,
    samplingRateHz: Number.isFinite(rate) && rate > 0 ? rate : 8000,
    bitDepth: audio.uint(ID.bitDepth),
  }
}

/** Scope 1 is "the frames"; 2, the CodecPrivate, would have to be undone before anybody reads it (RFC 9559 §5.1.4.1.31.3). */
const SCOPE_FRAMES = 1
const HEADER_STRIPPING = 3
const ALGORITHMS: Readonly<Record<number, string>> = { 0: 'zlib', 1: 'bzlib', 2: 'lzo1x' }

function encodingOf(encodings: MasterElement): ContentEncoding {
  const [encoding, ...others] = encodings.masters(ID.contentEncoding)
  if (encoding === undefined) return { kind: 'none' }
  if (others.length > 0) return { kind: 'unsupported', reason: 'frames are encoded more than once' }
  if ((encoding.uint(ID.contentEncodingType) ?? 0) !== 0) return { kind: 'unsupported', reason: 'frames are encrypted' }
  const compression = encoding.master(ID.contentCompression)
  const algorithm = compression.uint(ID.contentCompAlgo) ?? 0
  const scope = encoding.uint(ID.contentEncodingScope) ?? SCOPE_FRAMES
  if (algorithm !== HEADER_STRIPPING || scope !== SCOPE_FRAMES) {
    return { kind: 'unsupported', reason: `frames are compressed (${ALGORITHMS[algorithm] ?? `scope ${scope}`})` }
  }
  return { kind: 'header-stripping', header: compression.body(ID.contentCompSettings) ?? new Uint8Array() }
}
