import type { Track } from '#domain/video.ts'

/** A group of audio renditions (RFC 8216bis §4.4.6.1.1): one encoding of every voice. */
export interface AudioGroup {
  readonly id: string
  readonly members: readonly AudioMember[]
}

export interface AudioMember {
  readonly track: Track
  /** Equal for the same voice in every group. */
  readonly name: string
  readonly isDefault: boolean
}

/** The encoding that every player takes: its group comes first and fills the holes of the others. */
const EVERYWHERE = 'aac'

/**
 * One group per codec, AAC first. All groups have the same voices under the same names; where a voice does not exist
 * in the group's codec, its AAC stands in. A voice is a stream of the source in all its encodings.
 */
export function audioGroups(tracks: readonly Track[]): readonly AudioGroup[] {
  const voices = [...Map.groupBy(tracks, ({ streamIndex, name }) => streamIndex ?? name).values()]
  const names = uniqueNames(voices.map(([first]) => first as Track))
  const chosen = Math.max(
    0,
    voices.findIndex((voice) => voice.some(({ isDefault }) => isDefault)),
  )
  const codecs = [...new Set(tracks.map(({ codec }) => codec))]
  codecs.sort((one, other) => Number(other === EVERYWHERE) - Number(one === EVERYWHERE))
  return codecs.map((codec) => ({
    id: codec,
    members: voices.flatMap((voice, index) => {
      const track = inCodec(voice, codec)
      return track ? [{ track, name: names[index] ?? track.name, isDefault: index === chosen }] : []
    }),
  }))
}

/** A voice that AAC lacks stays out of the AAC group: one codec that a browser lacks would cost it the whole variant. */
function inCodec(voice: readonly Track[], codec: string): Track | undefined {
  const same = voice.find((track) => track.codec === codec)
  if (same || codec === EVERYWHERE) return same
  return voice.find((track) => track.codec === EVERYWHERE) ?? voice[0]
}

/** What a menu shows: the title, else the language, else a number; a second one of the same name gets a number. */
export function uniqueNames(tracks: readonly Track[]): readonly string[] {
  const taken = new Set<string>()
  return tracks.map((track, index) => {
    const wanted = track.title?.trim() || languageName(track.language) || `Track ${index + 1}`
    let name = wanted
    for (let number = 2; taken.has(name); number++) name = `${wanted} ${number}`
    taken.add(name)
    return name
  })
}

function languageName(language: string): string | null {
  if (language === 'und') return null
  try {
    return new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' }).of(language) ?? null
  } catch {
    return language
  }
}
