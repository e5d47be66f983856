import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { ToolFailedError, ToolMissingError } from '#domain/errors.ts'
import type { ProductEvent } from '#domain/events.ts'
import { createMediaTool, type MediaToolSettings } from './create-media-tool.ts'
import { cutAll, planOf } from './cut.test-support.ts'
import { ffmpeg, H264, picture, testFolder } from './media.test-support.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())

const settings = (own: Partial<MediaToolSettings> = {}): MediaToolSettings => ({
  hardwareAccel: '',
  workDir: folder.file('work'),
  maxBlobBytes: 19_922_944,
  events: { emit: () => {} },
  ...own,
})

/** A program that answers as ffmpeg does, with `behave` in front. */
async function fakeFfmpeg(name: string, behave: string): Promise<string> {
  const path = folder.file(name)
  await writeFile(path, `#!/bin/sh\n${behave}\nexec /usr/bin/ffmpeg "$@"\n`)
  await chmod(path, 0o755)
  return path
}

describe('createMediaTool', () => {
  it('finds the programs, the sandbox and the limits, and leaves it to others to say so', async () => {
    const notes: ProductEvent[] = []
    const tool = await createMediaTool(settings({ events: { emit: (event) => notes.push(event) } }))
    const status = tool.describe()
    expect(status.tools?.ffmpeg.version).toMatch(/^\S+$/)
    expect(status.problem).toBeNull()
    expect(status.encoder).toEqual({ wanted: '', used: 'software', why: 'no hardware encoder is asked for' })
    expect(['full', 'partial', 'none']).toContain(status.sandbox.level)
    expect(notes).toEqual([])
  })

  it('starts without ffmpeg and says at every file what to install', async () => {
    const tool = await createMediaTool(settings({ searchPath: folder.path }))
    expect(tool.describe().problem?.fix).toMatch(/apt install ffmpeg.*dnf install ffmpeg.*brew install ffmpeg.*winget/)
    await expect(tool.open('/any.mp4')).rejects.toBeInstanceOf(ToolMissingError)
    await expect(tool.open('/any.mp4')).rejects.toMatchObject({ why: 'No folder of PATH holds ffmpeg.' })
  })

  it('does not take any program for ffmpeg', async () => {
    const tool = await createMediaTool(settings({ ffmpegPath: '/bin/true' }))
    expect(tool.describe().problem?.message).toBe('/bin/true is not ffmpeg.')
    expect((await createMediaTool(settings({ ffmpegPath: '/nowhere/ffmpeg' }))).describe().problem?.message).toBe(
      'ffmpeg is missing.',
    )
  })

  it('warns of a build with known holes, not of a patched one', async () => {
    const answers = (version: string) => `[ "$*" = "-version" ] && echo "ffmpeg version ${version}" && exit 0`
    const old = await createMediaTool(settings({ ffmpegPath: await fakeFfmpeg('old', answers('7.1.4')) }))
    expect(old.describe().warnings.join()).toContain('CVE-2026-8461')
    const patched = await createMediaTool(settings({ ffmpegPath: await fakeFfmpeg('patched', answers('7.1.5')) }))
    expect(patched.describe().warnings).toEqual([])
  })

  it('opens nothing outside of the paths that it was given', async () => {
    const bin = folder.file('only')
    await mkdir(bin)
    for (const name of ['ffmpeg', 'ffprobe']) await symlink(`/usr/bin/${name}`, `${bin}/${name}`)
    const tool = await createMediaTool(settings({ searchPath: bin }))
    expect(tool.describe()).toMatchObject({ sandbox: { level: 'none' }, limits: false })
    await ffmpeg(...picture({ seconds: 1 }), ...H264, folder.file('a b%d.mp4'))
    await using media = await tool.open(folder.file('a b%d.mp4'))
    expect(media.info.streams).toHaveLength(1)
  })
})

describe('hardware encoders', () => {
  it('are not used when the build has none', async () => {
    const without = `case "$*" in *-encoders) printf ' ------\\n V....D libx264 x\\n'; exit 0;; esac`
    const tool = await createMediaTool(
      settings({ hardwareAccel: 'nvidia', ffmpegPath: await fakeFfmpeg('none', without) }),
    )
    expect(tool.describe().encoder).toEqual({
      wanted: 'nvidia',
      used: 'software',
      why: 'this ffmpeg has no h264_nvenc',
    })
  })

  it.each(['nvidia', 'intel', 'vaapi'] as const)(
    'are not used when they make no picture here: %s',
    async (hardwareAccel) => {
      const tool = await createMediaTool(settings({ hardwareAccel }))
      const { encoder } = tool.describe()
      expect(encoder).toMatchObject({ wanted: hardwareAccel, used: 'software' })
      expect(encoder.why).toMatch(/does not work here: \S/)
    },
  )

  it('are used when they make a picture', async () => {
    const works = `case "$*" in *-c:v\\ h264_nvenc*) printf '\\0\\0\\1\\147picture'; exit 0;; esac`
    const notes: ProductEvent[] = []
    const tool = await createMediaTool(
      settings({
        hardwareAccel: 'nvidia',
        ffmpegPath: await fakeFfmpeg('works', works),
        events: { emit: (event) => notes.push(event) },
      }),
    )
    const why = 'h264_nvenc encoded a test picture'
    expect(tool.describe().encoder).toEqual({ wanted: 'nvidia', used: 'nvidia', why })
    expect(notes).toContainEqual({ kind: 'note', level: 'info', message: `Encoder: ${why}` })
  })
})

it('encodes a film with libx264 when the hardware gives up after its test picture', async () => {
  const breaks = `case "$*" in
    *color=gray*-c:v\\ h264_nvenc*) printf '\\0\\0\\1\\147picture'; exit 0;;
    *-c:v\\ h264_nvenc*) echo 'no device' >&2; exit 1;;
  esac`
  const notes: ProductEvent[] = []
  const events = { emit: (event: ProductEvent) => notes.push(event) }
  const ffmpegPath = await fakeFfmpeg('breaks', breaks)
  const tool = await createMediaTool(settings({ hardwareAccel: 'nvidia', ffmpegPath, events }))
  await ffmpeg(...picture({ seconds: 2 }), '-c:v', 'mpeg4', folder.file('old.avi'))
  await using media = await tool.open(folder.file('old.avi'))
  const plan = planOf(media.info, await media.index(), { borders: [0], tracks: [{ streamIndex: 0, action: 'encode' }] })
  const { error, pieces } = await cutAll(media, plan)
  expect(error).toBeNull()
  expect(pieces.map(({ index }) => index)).toEqual(['init', 0])
  expect(notes).toContainEqual(
    expect.objectContaining({ level: 'warn', message: expect.stringContaining('h264_nvenc failed') }),
  )
  const goesOn = await cutAll(media, { ...plan, borders: [0, 1] }, { from: [1] })
  expect(goesOn.error).toBeInstanceOf(ToolFailedError)
})
