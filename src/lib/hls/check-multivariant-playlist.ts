import { checkVersion } from './check-version.ts'
import type { MultivariantPlaylist, Rendition, StreamInfo, Variant } from './multivariant-playlist.ts'
import type { PlaylistReading } from './playlist-reading.ts'

type Unchecked = Omit<MultivariantPlaylist, 'violations' | 'droppedViolations'>

/** Sample entries and codec names of sound and text: a variant of nothing else has no picture. */
const WITHOUT_PICTURE = /^(?:mp4a|ac-3|ec-3|ac-4|opus|flac|alac|dts|vorbis|mp3|wvtt|stpp|mha1|mhm1|iamf|apac)/i

/** Rules of multivariant playlists that their text alone can break. Reports to the log of `reading`. */
export function checkMultivariantPlaylist(playlist: Unchecked, reading: PlaylistReading): void {
  // Packagers write the version of their media playlists here too.
  checkVersion(playlist.version, 7, reading)
  for (const variant of playlist.variants) checkVariant(variant, reading)
  for (const stream of playlist.iFrameVariants) checkBandwidth(stream, '#EXT-X-I-FRAME-STREAM-INF', reading)
  checkCaptions(playlist.variants, reading)
  const groups = groupsOf(playlist.renditions)
  checkReferences(playlist, groups, reading)
  for (const group of groups.values()) checkMembers(group, reading)
  checkSameMembers(groups, reading)
}

function checkVariant(variant: Variant, reading: PlaylistReading): void {
  const tag = '#EXT-X-STREAM-INF'
  const missing = (rule: 'codecs-missing' | 'resolution-missing' | 'frame-rate-missing' | 'average-missing') =>
    reading.log.add(rule, variant.line, tag, `${rule.replace('-missing', '')} is not given`)
  checkBandwidth(variant, tag, reading)
  if (variant.averageBandwidth === null) missing('average-missing')
  if (variant.codecs.length === 0) missing('codecs-missing')
  else if (variant.codecs.every((codec) => WITHOUT_PICTURE.test(codec))) return
  if (variant.resolution === null) missing('resolution-missing')
  if (variant.frameRate === null) missing('frame-rate-missing')
}

function checkBandwidth({ bandwidth, line }: StreamInfo, tag: string, reading: PlaylistReading): void {
  if (bandwidth === null) reading.log.add('bandwidth-missing', line, tag, 'BANDWIDTH is missing or unreadable')
}

function checkCaptions(variants: readonly Variant[], reading: PlaylistReading): void {
  const without = variants.filter((variant) => variant.closedCaptions === 'none')
  if (without.length === 0 || without.length === variants.length) return
  const text = 'CLOSED-CAPTIONS=NONE on some variants only'
  reading.log.add('captions-mixed', without[0]?.line ?? 1, '#EXT-X-STREAM-INF', text)
}

/** Key: type, a space, group. */
type Groups = ReadonlyMap<string, readonly Rendition[]>

function groupsOf(renditions: readonly Rendition[]): Groups {
  return Map.groupBy(renditions, ({ type, groupId }) => `${type} ${groupId}`)
}

function checkReferences(playlist: Unchecked, groups: Groups, reading: PlaylistReading): void {
  const used = new Set<string>()
  for (const stream of [...playlist.variants, ...playlist.iFrameVariants]) {
    for (const key of referencesOf(stream)) {
      used.add(key)
      if (!groups.has(key)) {
        reading.log.add('group-undefined', stream.line, '#EXT-X-STREAM-INF', `there is no group ${key}`)
      }
    }
  }
  for (const [key, [first]] of groups) {
    if (!used.has(key)) reading.log.add('group-unused', first?.line ?? 1, '#EXT-X-MEDIA', `nobody uses group ${key}`)
  }
}

function referencesOf(stream: StreamInfo | Variant): string[] {
  const keys = stream.videoGroup === null ? [] : [`VIDEO ${stream.videoGroup}`]
  if (!('audioGroup' in stream)) return keys
  if (stream.audioGroup !== null) keys.push(`AUDIO ${stream.audioGroup}`)
  if (stream.subtitlesGroup !== null) keys.push(`SUBTITLES ${stream.subtitlesGroup}`)
  const captions = stream.closedCaptions
  if (captions !== null && captions !== 'none') keys.push(`CLOSED-CAPTIONS ${captions.groupId}`)
  return keys
}

function checkMembers(group: readonly Rendition[], reading: PlaylistReading): void {
  const names = new Set<string>()
  let defaults = 0
  for (const { name, isDefault, line } of group) {
    if (names.has(name)) reading.log.add('rendition-invalid', line, '#EXT-X-MEDIA', `NAME ${name} twice in its group`)
    names.add(name)
    if (isDefault && ++defaults === 2) {
      reading.log.add('rendition-invalid', line, '#EXT-X-MEDIA', 'a second DEFAULT=YES in its group')
    }
  }
}

function checkSameMembers(groups: Groups, reading: PlaylistReading): void {
  const firstOfType = new Map<string, string>()
  for (const [first, ...rest] of groups.values()) {
    if (!first) continue
    const names = JSON.stringify([first, ...rest].map((member) => member.name).sort())
    const expected = firstOfType.get(first.type) ?? names
    firstOfType.set(first.type, expected)
    if (names !== expected) {
      const text = `group ${first.groupId} has other members than the first of its type`
      reading.log.add('group-members-differ', first.line, '#EXT-X-MEDIA', text)
    }
  }
}
