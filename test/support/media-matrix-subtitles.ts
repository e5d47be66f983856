/** Cues of the subtitle files: `[startSec, endSec, text]`. */
export type CueTime = readonly [startSec: number, endSec: number, text: string]

export const GERMAN_CUES: readonly CueTime[] = [
  [0.5, 2.25, 'Erster Satz'],
  [3, 5.5, 'Zweiter Satz, mit „Größe“'],
  [5.8, 6.9, 'Über eine Grenze'],
  [9.04, 11.08, 'Letzter Satz'],
]

export const ENGLISH_CUES: readonly CueTime[] = [
  [1, 2, 'First line'],
  [4.25, 7.75, 'Second line & more'],
  [8, 11.5, 'Last line'],
]

export function subRip(cues: readonly CueTime[]): string {
  const times = (sec: number) => clock(sec, ',', 3)
  return cues
    .map(([start, end, text], index) => `${index + 1}\n${times(start)} --> ${times(end)}\n${text}\n`)
    .join('\n')
}

export function webVtt(cues: readonly CueTime[]): string {
  const times = (sec: number) => clock(sec, '.', 3)
  const escaped = (text: string) => text.replaceAll('&', '&amp;')
  return `WEBVTT\n\n${cues.map(([start, end, text]) => `${times(start)} --> ${times(end)}\n${escaped(text)}\n`).join('\n')}`
}

/** Advanced SubStation: styled, times in hundredths. */
export function advancedSubStation(cues: readonly CueTime[]): string {
  const times = (sec: number) => clock(sec, '.', 2).slice(1)
  const lines = cues.map(
    ([start, end, text]) => `Dialogue: 0,${times(start)},${times(end)},Default,,0,0,0,,{\\i1}${text}`,
  )
  return `[Script Info]
ScriptType: v4.00+
PlayResX: 320
PlayResY: 180

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&H00FFFFFF,&H000000FF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
${lines.join('\n')}
`
}

/** Two chapters and a title, as ffmpeg's metadata file. */
export const CHAPTERS = `;FFMETADATA1
title=Ein Film; mit Zeichen \\= & "so"
[CHAPTER]
TIMEBASE=1/1000
START=0
END=6000
title=Anfang
[CHAPTER]
TIMEBASE=1/1000
START=6000
END=12000
title=Schluss
`

function clock(seconds: number, point: string, digits: number): string {
  const units = Math.round(seconds * 10 ** digits)
  const whole = Math.floor(units / 10 ** digits)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const text = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return `${text}${point}${String(units % 10 ** digits).padStart(digits, '0')}`
}

const SEGMENT = { palette: 0x14, object: 0x15, composition: 0x16, window: 0x17, end: 0x80 }

/**
 * Presentation graphics (Blu-ray) that nothing at hand can encode: a grey bar from each start to its end, as a `.sup` file.
 */
export function presentationGraphics(cues: readonly CueTime[], [width, height] = [320, 180]): Uint8Array {
  const bar = { width: 64, height: 8, x: 128, y: 160 }
  const shown = cues.flatMap(([start, end], index) => [
    ...showBar(start, index * 2, [width, height], bar),
    ...clear(end, index * 2 + 1, [width, height], bar),
  ])
  return Buffer.concat(shown)
}

interface Bar {
  readonly width: number
  readonly height: number
  readonly x: number
  readonly y: number
}

function showBar(atSec: number, number: number, [width = 0, height = 0]: readonly number[], bar: Bar): Buffer[] {
  const object = [...u16(0), 0, 0, ...u16(bar.x), ...u16(bar.y)]
  // A line of one colour: 0, 0x80 | 0x40 | length in 14 bits, colour; then the end of the line.
  const line = [0, 0xc0 | (bar.width >> 8), bar.width & 0xff, 1, 0, 0]
  const pixels = Array.from({ length: bar.height }, () => line).flat()
  const data = [...u16(bar.width), ...u16(bar.height), ...pixels]
  return [
    graphicsSegment(atSec, SEGMENT.composition, [
      ...[...u16(width), ...u16(height), 0x10, ...u16(number), 0x80, 0, 0, 1],
      ...object,
    ]),
    graphicsSegment(atSec, SEGMENT.window, [1, ...windowOf(bar)]),
    graphicsSegment(atSec, SEGMENT.palette, [0, 0, ...[1, 180, 128, 128, 255]]),
    graphicsSegment(atSec, SEGMENT.object, [...u16(0), 0, 0xc0, ...u24(data.length), ...data]),
    graphicsSegment(atSec, SEGMENT.end, []),
  ]
}

function clear(atSec: number, number: number, [width = 0, height = 0]: readonly number[], bar: Bar): Buffer[] {
  return [
    graphicsSegment(atSec, SEGMENT.composition, [...u16(width), ...u16(height), 0x10, ...u16(number), 0, 0, 0, 0]),
    graphicsSegment(atSec, SEGMENT.window, [1, ...windowOf(bar)]),
    graphicsSegment(atSec, SEGMENT.end, []),
  ]
}

function windowOf({ x, y, width, height }: Bar): number[] {
  return [0, ...u16(x), ...u16(y), ...u16(width), ...u16(height)]
}

function graphicsSegment(atSec: number, type: number, payload: readonly number[]): Buffer {
  const head = Buffer.alloc(13)
  head.write('PG', 0, 'latin1')
  head.writeUInt32BE(Math.round(atSec * 90_000), 2)
  head.writeUInt8(type, 10)
  head.writeUInt16BE(payload.length, 11)
  return Buffer.concat([head, Buffer.from(payload)])
}

function u16(value: number): number[] {
  return [value >> 8, value & 0xff]
}

function u24(value: number): number[] {
  return [value >> 16, ...u16(value & 0xffff)]
}
