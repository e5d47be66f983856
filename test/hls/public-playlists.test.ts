import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as HlsParser from 'hls-parser'
import { describe, expect, it } from 'vitest'
import type { MediaPlaylist } from '#lib/hls/media-playlist.ts'
import type { MultivariantPlaylist } from '#lib/hls/multivariant-playlist.ts'
import { parsePlaylist } from '#lib/hls/parse-playlist.ts'
import { PlaylistError } from '#lib/hls/playlist-error.ts'

/** Public playlists of three projects, which lie beside the project and are not part of it. */
const FOLDER = fileURLToPath(new URL('../../../shared/data/hls', import.meta.url))
const FUZZ = 'bluenviron__gohlslib/pkg/playlist/testdata/fuzz/FuzzPlaylistUnmarshal/*'

HlsParser.setOptions({ silent: true })

/** Where hls-parser reads otherwise, and why we keep to our reading. */
const OTHERWISE: readonly (readonly [end: string, why: string])[] = [
  [
    'EXT_X_PREFETCH.spec.js/0003.m3u8',
    'it numbers on behind prefetched segments, which are no segments of the standard',
  ],
  ['EXT_X_RENDITION_REPORT.spec.js/0005.m3u8', 'it makes a segment of a URI without EXTINF'],
  ['EXT_X_SKIP.spec.js/0001.m3u8', 'it gives numbers that are not: SKIP before MEDIA-SEQUENCE'],
  ['4.3.1.1_EXTM3U.spec.js/0001.m3u8', 'something stands before the header'],
  ['4.3.1.1_EXTM3U.spec.js/0003.m3u8', 'no header'],
  ['4.3.2.2_EXT_X_BYTERANGE.spec.js/0002.m3u8', 'it begins a range at -1'],
  ['4.3.2.2_EXT_X_BYTERANGE.spec.js/0003.m3u8', 'it begins a range at -1'],
  ['EXT_X_MEDIA_SEQUENCE.spec.js/0002.m3u8', 'it counts from the tag in the middle on, which is for the whole list'],
  ['EXT_X_DISCONTINUITY_SEQUENCE.spec.js/0002.m3u8', 'the same'],
  ['EXT_X_STREAM_INF.spec.js/0000.m3u8', 'it makes a variant without address'],
  ['EXT_X_GAP.spec.js/0000.m3u8', 'a URI without EXTINF is all there is'],
  ['stringify.spec.js/0002.m3u8', 'no playlist'],
  ['integration/byteRange.m3u8', 'it begins a range at -1'],
  ['integration/llhls-byte-range.m3u8', 'it begins ranges at -1; `587500@` is no range'],
  ['integration/empty.m3u8', 'nothing in it'],
  ['integration/headerOnly.m3u8', 'a header and no more'],
  ['integration/manifestNoExtM3u.m3u8', 'no header'],
  ['integration/start.m3u8', 'no header'],
  ['integration/emptyPlaylistType.m3u8', 'no type of the standard'],
  ['integration/extXPlaylistTypeInvalidPlaylist.m3u8', 'no type of the standard'],
  ['integration/invalidPlaylistType.m3u8', 'no type of the standard'],
  ['integration/extinf.m3u8', 'it makes a segment of a URI without EXTINF'],
  ['integration/invalidTargetDuration.m3u8', 'NaN is not 0'],
  ['integration/manifestExtTTargetdurationNegative.m3u8', 'no target is below zero'],
  ['integration/negativeMediaSequence.m3u8', 'no number is below zero'],
  ['integration/twoMediaSequences.m3u8', 'the first one counts'],
]

describe('public playlists', () => {
  if (!existsSync(FOLDER)) {
    it(`are not at ${FOLDER}: nothing was compared`, ({ skip }) => skip(`no public playlists at ${FOLDER}`))
    return
  }

  const files = globSync('**/*.m3u8', { cwd: FOLDER }).sort()

  it('are all read, or refused with a typed error', () => {
    expect(files.length).toBeGreaterThan(400)
    for (const file of files) expect(['media', 'multivariant', 'refused'], file).toContain(ourReading(file).kind)
  })

  it('are read as hls-parser reads them, but where it is wrong', () => {
    const different = files.filter((file) => {
      const theirs = theirReading(file)
      return theirs !== null && JSON.stringify(theirs) !== JSON.stringify(comparable(ourReading(file)))
    })
    expect(different.filter((file) => !OTHERWISE.some(([end]) => file.endsWith(end)))).toEqual([])
    // What no longer differs does not belong into the table.
    expect(OTHERWISE.filter(([end]) => !different.some((file) => file.endsWith(end)))).toEqual([])
  })

  it('that made another reader fail give a playlist or a typed error', () => {
    const inputs = globSync(FUZZ, { cwd: FOLDER })
    expect(inputs.length).toBeGreaterThan(50)
    for (const input of inputs) expect(() => readOrRefuse(fuzzText(input)), input).not.toThrow()
  })
})

type Ours = MediaPlaylist | MultivariantPlaylist | { readonly kind: 'refused' }

function ourReading(file: string): Ours {
  return readOrRefuse(readFileSync(`${FOLDER}/${file}`, 'utf8'))
}

function readOrRefuse(text: string): Ours {
  try {
    return parsePlaylist(text, 'http://example.com/a/b.m3u8', { imports: new Map() })
  } catch (error) {
    if (error instanceof PlaylistError && error.line >= 1) return { kind: 'refused' }
    throw error
  }
}

function comparable(list: Ours): unknown {
  if (list.kind === 'refused') return list.kind
  if (list.kind === 'multivariant') {
    return list.variants.map(({ uri, bandwidth, codecs }) => [uri, bandwidth, codecs.join(',')])
  }
  const segments = list.segments.map((segment) => [
    ...[segment.uri, segment.durationSec, segment.msn, segment.dsn, segment.gap],
    ...[rangeOf(segment.byteRange), segment.map?.uri ?? null, segment.keys.at(-1)?.uri ?? null],
  ])
  return [list.targetDurationSec, list.type, list.ended, segments]
}

/** Null for what hls-parser refuses or fails at. */
function theirReading(file: string): unknown {
  let list: HlsParser.types.MasterPlaylist | HlsParser.types.MediaPlaylist
  try {
    list = HlsParser.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as typeof list
  } catch {
    return null
  }
  if ('variants' in list) {
    const variants = list.variants.filter(({ isIFrameOnly }) => !isIFrameOnly)
    return variants.map(({ uri, bandwidth, codecs = '' }) => [uri, bandwidth ?? null, codecs.replaceAll(/,\s+/g, ',')])
  }
  const segments = list.segments.filter(({ uri }) => uri)
  return [
    ...[list.targetDuration ?? null, list.playlistType?.toLowerCase() ?? null, list.endlist],
    segments.map((segment) => [
      ...[segment.uri, segment.duration, segment.mediaSequenceNumber, segment.discontinuitySequence],
      ...[segment.gap === true, rangeOf(segment.byterange)],
      ...[segment.map?.uri ?? null, segment.key?.method === 'NONE' ? null : (segment.key?.uri ?? null)],
    ]),
  ]
}

function rangeOf(range: { readonly length: number; readonly offset: number } | null | undefined) {
  return range ? `${range.length}@${range.offset}` : null
}

/** `go test fuzz v1`, then a quoted string of Go. */
function fuzzText(input: string): string {
  const quoted = /^(?:string|\[\]byte)\("(.*)"\)$/m.exec(readFileSync(`${FOLDER}/${input}`, 'utf8'))?.[1]
  if (quoted === undefined) throw new Error(`${input} is no fuzz input.`)
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' }
  return quoted.replaceAll(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/g, (_all, ...groups) => {
    const code = groups[0] ?? groups[1] ?? groups[2]
    const char = groups[3] as string
    return code === undefined ? (escapes[char] ?? char) : String.fromCodePoint(Number.parseInt(code as string, 16))
  })
}
