import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ToolFailedError } from '#domain/errors.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { runTool } from './run-tool.ts'

const SCENE_SEC = 12
const SIZE = '1280x720'
const RATE = 24
const TIME_LIMIT_MS = 180_000

/** Each scene is a chapter; pictures that ffmpeg computes, so that nothing has to be shipped. */
const SCENES = [
  {
    title: 'Depth',
    source: `mandelbrot=s=480x270:r=${RATE}:maxiter=120:end_scale=0.02:end_pts=300,hue=h=150:s=0.75,scale=${SIZE}`,
  },
  {
    title: 'Colours',
    source: `gradients=s=640x360:r=${RATE}:n=4:c0=0x0b1d51:c1=0x6f2dbd:c2=0xff7e67:c3=0x15b8a6:speed=0.012:seed=7,scale=${SIZE}`,
  },
  {
    title: 'Life',
    source: `life=s=160x90:r=${RATE / 2}:mold=14:ratio=0.2:seed=3:death_color=#10131f:life_color=#ffd36e:mold_color=#27407a,scale=${SIZE}:flags=neighbor,fps=${RATE}`,
  },
]

/** One chord per language, so that one hears which sound is playing. */
const SOUNDS = [
  { language: 'eng', title: 'Major', tones: [262, 330, 392, 523] },
  { language: 'deu', title: 'Moll', tones: [220, 262, 330, 440] },
]

const SUBTITLES = [
  {
    language: 'eng',
    lines: [
      'This film was made by your own computer.',
      'Try the other sound: it is in a minor key.',
      'Chapters are marks on the bar below.',
    ],
  },
  {
    language: 'deu',
    lines: [
      'Diesen Film hat dein eigener Rechner gemacht.',
      'Hör dir den anderen Ton an: er ist in Moll.',
      'Kapitel sind Marken auf der Leiste unten.',
    ],
  },
]

/** Makes a film of 36 s at `path` (Matroska) with two sounds, two subtitle languages and three chapters. */
export async function makeDemoFilm(tools: FfmpegTools, path: string, signal?: AbortSignal): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const folder = await mkdtemp(join(dirname(path), 'demo-'))
  try {
    await writeFile(join(folder, 'chapters.txt'), chapters())
    for (const { language, lines } of SUBTITLES) await writeFile(join(folder, `${language}.srt`), srt(lines))
    await using run = await runTool(tools, {
      tool: 'ffmpeg',
      input: null,
      options: filmOptions,
      outputFolder: folder,
      timeLimitMs: TIME_LIMIT_MS,
      signal,
    })
    const end = await run.ended
    signal?.throwIfAborted()
    if (end.exitCode !== 0) {
      throw new ToolFailedError('The demo film could not be made.', { why: end.stderr.trim().split('\n').at(-1) ?? '' })
    }
    await rename(join(folder, 'demo.mkv'), path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function filmOptions(out: (name: string) => string): string[] {
  const scenes = SCENES.map(
    ({ source }, index) => `${source},trim=duration=${SCENE_SEC},setsar=1,format=yuv420p[s${index}]`,
  )
  const joined = `${SCENES.map((_, index) => `[s${index}]`).join('')}concat=n=${SCENES.length}[v]`
  const sounds = SOUNDS.map(({ tones }, index) => `${tonesSource(tones)}[a${index}]`)
  const subtitleInputs = SUBTITLES.flatMap(({ language }) => ['-f', 'srt', '-i', out(`${language}.srt`)])
  return [
    ...['-v', 'error', '-f', 'ffmetadata', '-i', out('chapters.txt'), ...subtitleInputs],
    ...['-filter_complex', [...scenes, joined, ...sounds].join(';'), '-map', '[v]'],
    ...SOUNDS.flatMap((_, index) => ['-map', `[a${index}]`]),
    ...SUBTITLES.flatMap((_, index) => ['-map', `${index + 1}:s:0`]),
    ...['-map_metadata', '0', '-map_chapters', '0'],
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-crf',
      '24',
      '-g',
      String(RATE * 2),
      '-c:a',
      'aac',
      '-b:a',
      '128k',
      '-c:s',
      'srt',
    ],
    ...SOUNDS.flatMap(({ language, title }, index) => [
      ...[`-metadata:s:a:${index}`, `language=${language}`, `-metadata:s:a:${index}`, `title=${title}`],
    ]),
    ...SUBTITLES.flatMap(({ language }, index) => [`-metadata:s:s:${index}`, `language=${language}`]),
    ...[
      '-disposition:a:0',
      'default',
      '-t',
      String(SCENES.length * SCENE_SEC),
      '-f',
      'matroska',
      '-y',
      out('demo.mkv'),
    ],
  ]
}

/** The tones of a chord one after another, each fading. */
function tonesSource(tones: readonly number[]): string {
  const beatSec = 0.5
  const terms = tones.map((hertz, index) => {
    const phase = `mod(floor(t/${beatSec}),${tones.length})`
    return `eq(${phase},${index})*sin(2*PI*${hertz}*t)`
  })
  const expression = `0.25*exp(-4*mod(t,${beatSec}))*(${terms.join('+')})`
  return `aevalsrc='${expression}':s=48000:d=${SCENES.length * SCENE_SEC},aformat=channel_layouts=stereo`
}

function chapters(): string {
  const entries = SCENES.map(({ title }, index) => {
    return `[CHAPTER]\nTIMEBASE=1/1\nSTART=${index * SCENE_SEC}\nEND=${(index + 1) * SCENE_SEC}\ntitle=${title}\n`
  })
  return `;FFMETADATA1\ntitle=Demo film\n${entries.join('')}`
}

function srt(lines: readonly string[]): string {
  const cues = lines.map((line, index) => {
    const start = index * SCENE_SEC + 1
    return `${index + 1}\n${clock(start)} --> ${clock(start + 7)}\n${line}\n`
  })
  return cues.join('\n')
}

function clock(seconds: number): string {
  return `00:00:${String(seconds).padStart(2, '0')},000`
}
