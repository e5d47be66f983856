import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, expect, it } from 'vitest'
import { ProductError } from '#domain/errors.ts'
import { cutAll, planOf, testTool } from './cut.test-support.ts'
import { ffmpeg, H264, picture, testFolder, tone } from './media.test-support.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const tool = await testTool(folder)
const MUTANTS = 6

const SOURCES: readonly (readonly [name: string, options: readonly string[], action: 'copy' | 'encode'])[] = [
  ['m.mp4', [...H264, '-c:a', 'aac'], 'copy'],
  ['m.mkv', [...H264, '-c:a', 'ac3'], 'copy'],
  ['m.webm', ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-c:a', 'libopus'], 'copy'],
  ['m.ts', [...H264, '-c:a', 'aac'], 'copy'],
  ['m.avi', ['-c:v', 'mpeg4', '-c:a', 'libmp3lame'], 'encode'],
]

/** Wrong bytes at the beginning, at the end, or anywhere; sometimes the end is missing. The same for the same number. */
function mutate(intact: Buffer, number: number): Buffer {
  const bytes = Buffer.from(intact)
  let state = number * 7919 + 1
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return state % below
  }
  const span = [2000, bytes.byteLength, bytes.byteLength][number % 3] ?? bytes.byteLength
  const start = number % 3 === 1 ? bytes.byteLength - Math.min(8000, bytes.byteLength) : 0
  for (let count = 1 + next(30); count > 0; count--) bytes[start + next(span - start)] = next(256)
  return number % 4 === 3 ? bytes.subarray(0, next(bytes.byteLength)) : bytes
}

it.each(SOURCES)(
  'answers damaged files with pieces or with an error of ours: %s',
  async (name, options, action) => {
    await ffmpeg(...picture({ seconds: 3, size: '160x90' }), ...tone({ seconds: 3 }), ...options, folder.file(name))
    const intact = await readFile(folder.file(name))
    for (let number = 0; number < MUTANTS; number++) {
      const path = folder.file(`${number}-${name}`)
      await writeFile(path, mutate(intact, number))
      try {
        await using media = await tool.open(path)
        const plan = planOf(media.info, await media.index(), {
          tracks: media.info.streams.flatMap(({ index, kind }) =>
            kind === 'subtitles' ? [] : [{ streamIndex: index, action }],
          ),
        })
        const { error } = await cutAll(media, plan)
        if (error !== null) throw error
      } catch (error) {
        expect(error).toBeInstanceOf(ProductError)
      }
    }
  },
  60_000,
)
