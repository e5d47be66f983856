import { PLAIN_CHOICE, type LinkFormat, type LinkInfo } from '#domain/download.ts'
import { ProductError } from '#domain/errors.ts'
import type { Web, WebIdentity, WebText } from '#domain/web.ts'
import { toLanguageTag } from '#lib/language-tag/language-tag.ts'
import type { MultivariantPlaylist } from '#lib/hls/multivariant-playlist.ts'
import { chooseStream } from './choose-stream.ts'
import { hasAudioCodec } from './codec-fitness.ts'
import { loadFirstPlaylist } from './load-playlist.ts'
import { REAL_PACE } from './pace.ts'
import { readPlaylist } from './read-playlist.ts'
import { readSnapshot, snapshotOf } from './read-snapshot.ts'
import type { Snapshot } from './snapshot.ts'
import { streamTitle } from './stream-title.ts'
import { type VariantGroup, variantGroups } from './variant-group.ts'
import { formatIdsOf, variantLabel } from './variant-label.ts'

/**
 * What a playlist offers, without fetching a segment: of a multivariant playlist the media playlist that `best` would
 * take is looked at, for its length. Rejects with PlaylistUnreadableError when it is none; what only the look at the
 * media playlist shows (protection, a fault of the server) stands in the notes.
 */
export async function describePlaylist(
  playlist: WebText,
  { title, identity }: { readonly title: string; readonly identity: WebIdentity },
  web: Web,
  signal: AbortSignal,
): Promise<LinkInfo> {
  const parsed = readPlaylist(playlist)
  const { url } = playlist
  const about = { url, title: streamTitle(parsed) ?? title }
  if (parsed.kind === 'media') return infoOf(about, { snapshot: snapshotOf(parsed, playlist), notes: [] }, null)
  const access = { web, identity, pace: REAL_PACE }
  const look = await lookAtBest(parsed, (best) => loadFirstPlaylist(best, access, signal), signal)
  return infoOf(about, look, parsed)
}

interface Look {
  readonly snapshot: Snapshot | null
  readonly notes: readonly string[]
}

async function lookAtBest(
  playlist: MultivariantPlaylist,
  load: (url: string) => Promise<WebText>,
  signal: AbortSignal,
): Promise<Look> {
  const [main] = chooseStream(playlist, PLAIN_CHOICE, null).renditions
  try {
    const snapshot = readSnapshot(await load(main.addresses[0]), playlist.defines)
    return { snapshot, notes: snapshot.notes }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ProductError)) throw error
    const words = [error.message, error.why, error.fix].filter((text) => text !== undefined)
    return { snapshot: null, notes: [words.join(' ')] }
  }
}

function infoOf(
  { url, title }: Pick<LinkInfo, 'url' | 'title'>,
  { snapshot, notes }: Look,
  playlist: MultivariantPlaylist | null,
): LinkInfo {
  const isLive = snapshot !== null && !snapshot.complete
  const durationSec = snapshot?.complete
    ? snapshot.segments.reduce((sum, segment) => sum + segment.durationSec, 0)
    : null
  const formats = playlist ? formatsOf(variantGroups(playlist), durationSec) : []
  return {
    ...{ url, kind: 'hls', title, durationSec, isLive },
    byteLength: formats[0]?.byteLength ?? null,
    ...{ thumbnail: null, uploader: null },
    formats,
    audioLanguages: playlist ? languagesOf(playlist, 'AUDIO') : [],
    subtitleLanguages: playlist ? languagesOf(playlist, 'SUBTITLES') : [],
    entries: [],
    notes: [...notes, ...(snapshot ? notesOn(snapshot, isLive) : [])],
  }
}

/** Best first, as `best` judges. */
function formatsOf(groups: readonly VariantGroup[], durationSec: number | null): readonly LinkFormat[] {
  const ids = formatIdsOf(groups)
  const formats = groups.map((group, index) => ({ group, format: formatOf(group, ids[index] as string, durationSec) }))
  const order = (a: VariantGroup, b: VariantGroup) =>
    Number(b.hasVideo) - Number(a.hasVideo) ||
    b.fitness - a.fitness ||
    (b.height ?? 0) - (a.height ?? 0) ||
    b.bitsPerSec - a.bitsPerSec
  return formats.toSorted((a, b) => order(a.group, b.group)).map(({ format }) => format)
}

function formatOf(group: VariantGroup, id: string, durationSec: number | null): LinkFormat {
  const [variant] = group.variants
  const meanBits = variant.averageBandwidth ?? variant.bandwidth
  return {
    id,
    label: variantLabel(group),
    height: group.height,
    width: variant.resolution?.width ?? null,
    bitsPerSec: variant.bandwidth ?? variant.averageBandwidth,
    byteLength: meanBits === null || durationSec === null ? null : Math.round((meanBits / 8) * durationSec),
    codecs: variant.codecs.length === 0 ? null : variant.codecs.join(','),
    hasVideo: group.hasVideo,
    hasAudio: hasAudioCodec(variant.codecs) ?? true,
  }
}

function languagesOf({ renditions }: MultivariantPlaylist, type: 'AUDIO' | 'SUBTITLES'): readonly string[] {
  const tags = renditions.filter((rendition) => rendition.type === type).map(({ language }) => toLanguageTag(language))
  return [...new Set(tags)].filter((tag) => tag !== 'und')
}

function notesOn({ segments }: Snapshot, isLive: boolean): readonly string[] {
  const notes: string[] = []
  if (isLive) notes.push('Live: it is recorded until it ends or you finish it.')
  if (segments.some(({ key }) => key !== null))
    notes.push('Encrypted with AES-128 and an open key: it is decrypted on the way.')
  const periods = new Set(segments.map(({ dsn }) => dsn)).size
  if (periods > 1) notes.push(`Made of ${periods} pieces with timelines of their own.`)
  return notes
}
