import { once } from 'node:events'
import { mkdir, open, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { MediaDamagedError, MediaRefusedError, NotMediaError, ProductError } from '#domain/errors.ts'
import { disguises } from './disguised.test-support.ts'
import { findFfmpegTools } from './ffmpeg-tools.ts'
import { ffmpeg, H264, picture, testFolder } from './media.test-support.ts'
import { probeMedia } from './probe-media.ts'
import { runTool } from './run-tool.ts'

const folder = await testFolder()
/** Whoever asks this server was made to. */
const requests: string[] = []
const server = createServer((request, response) => {
  requests.push(request.url ?? '')
  response.end('secret')
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const canary = folder.file('canary.ts')
await ffmpeg(...picture({ seconds: 1 }), ...H264, canary)

afterAll(async () => {
  server.close()
  await folder[Symbol.asyncDispose]()
})

/** The same programs, found in a folder in which there is no bwrap. */
async function pathWithoutSandbox(): Promise<string> {
  const bin = folder.file('bin')
  await mkdir(bin)
  for (const name of ['ffmpeg', 'ffprobe', 'prlimit', 'nice', 'setpriv'])
    await symlink(`/usr/bin/${name}`, `${bin}/${name}`)
  return bin
}

const LEVELS = {
  'with the sandbox of this machine': await findFfmpegTools({ searchPath: ['/usr/bin', '/bin'].join(delimiter) }),
  'with allow-lists alone': await findFfmpegTools({ searchPath: await pathWithoutSandbox() }),
}
const LONG_AGO = new Date('2020-01-01')
const LESS_LONG_AGO = new Date('2021-01-01')

/** Reading a file moves its access time when that lies before its last change (`relatime`). */
async function wasRead(path: string, act: () => Promise<unknown>): Promise<boolean> {
  await utimes(path, LONG_AGO, LESS_LONG_AGO)
  await act()
  return (await stat(path)).atime > LONG_AGO
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  )
}

it('sees that a file is read (or the tests below would prove nothing)', async () => {
  expect(await wasRead(canary, () => readFile(canary))).toBe(true)
  expect(await wasRead(canary, async () => {})).toBe(false)
})

describe.each(Object.entries(LEVELS))('%s', (level, tools) => {
  it('is what it says', () => {
    if (level.includes('alone')) expect(tools.sandbox.level).toBe('none')
  })

  it.each(disguises(url, canary))(
    'refuses a $name as a film and opens nothing',
    async ({ name, content }) => {
      const path = folder.file(`${name}.mp4`)
      await writeFile(path, content)
      requests.length = 0
      expect(await wasRead(canary, () => expect(probeMedia(tools, path)).rejects.toBeInstanceOf(NotMediaError))).toBe(
        false,
      )
      expect(requests).toEqual([])
    },
    10_000,
  )

  it.each(disguises(url, canary))(
    'would not open anything for a $name that passed the first look',
    async ({ name, content }) => {
      const path = folder.file(`${name}.mp4`)
      await writeFile(path, content)
      requests.length = 0
      for (const family of ['mov', 'mpegts', 'matroska'] as const) {
        const probe = async () => {
          await using child = await runTool(tools, {
            tool: 'ffprobe',
            input: { path, family, codecs: tools.codecs, sandboxed: true },
            options: () => ['-show_packets'],
            timeLimitMs: 8000,
          })
          for await (const _ of child.output());
          expect((await child.ended).exitCode).not.toBe(0)
        }
        expect(await wasRead(canary, probe)).toBe(false)
      }
      expect(requests).toEqual([])
    },
    10_000,
  )

  it('refuses a playlist behind the sync bytes of MPEG-TS', async () => {
    const path = folder.file('polyglot.ts')
    const text = `<MPD><Period><AdaptationSet><Representation><BaseURL>${url}/</BaseURL></Representation></AdaptationSet></Period></MPD>`
    const bytes = Buffer.from(text.padEnd(188 * 12, ' '))
    for (let at = 187; at < bytes.byteLength; at += 188) bytes[at] = 0x47
    await writeFile(path, bytes)
    requests.length = 0
    expect(await failureOf(probeMedia(tools, path))).toBeInstanceOf(ProductError)
    expect(requests).toEqual([])
  }, 10_000)

  it('refuses a picture of 225 million pixels', async () => {
    const path = folder.file('pixels.mov')
    await ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'color=black:s=15000x15000:d=0.04,format=gray',
      '-c:v',
      'png',
      '-frames:v',
      '1',
      path,
    )
    expect(await failureOf(probeMedia(tools, path))).toBeInstanceOf(MediaRefusedError)
  }, 10_000)

  it('refuses a thousand streams', async () => {
    const path = folder.file('streams.mp4')
    await writeFile(path, await withTracks(1000))
    const failure = await failureOf(probeMedia(tools, path))
    expect(failure).toBeInstanceOf(MediaRefusedError)
    expect(failure).toMatchObject({ message: 'The file has too many streams.' })
  }, 10_000)

  it.each([
    ['that says it is 2 GiB', deflateSync(Buffer.alloc(1000)), 0x7fff_ffff],
    ['that is 400 MiB of zeros', deflateSync(Buffer.alloc(400 * 2 ** 20)), 400 * 2 ** 20],
  ])(
    'survives a compressed movie header %s',
    async (_, packed, length) => {
      const path = folder.file('cmov.mov')
      await writeFile(path, compressedMovie(packed, length))
      expect(await failureOf(probeMedia(tools, path))).toBeInstanceOf(ProductError)
    },
    10_000,
  )

  it('names a codec that is not on the list', async () => {
    const path = folder.file('magic.avi')
    await ffmpeg(...picture({ seconds: 1 }), '-c:v', 'magicyuv', path)
    const failure = await failureOf(probeMedia(tools, path))
    expect(failure).toBeInstanceOf(MediaRefusedError)
    expect(String(failure)).toContain('magicyuv')
  }, 10_000)

  it.each([
    ['nothing', new Uint8Array(0), NotMediaError],
    ['zeros', new Uint8Array(100_000), NotMediaError],
    ['text', Buffer.from('not a film\n'.repeat(100)), NotMediaError],
    ['the first half of a film whose index is at its end', null, MediaDamagedError],
  ])(
    'says what is wrong with %s',
    async (_, bytes, kind) => {
      const path = folder.file('wrong.mp4')
      if (bytes === null) {
        await ffmpeg(...picture({ seconds: 2 }), ...H264, path)
        await using file = await open(path, 'r+')
        await file.truncate(Math.floor((await file.stat()).size / 2))
      } else await writeFile(path, bytes)
      expect(await failureOf(probeMedia(tools, path))).toBeInstanceOf(kind)
    },
    10_000,
  )
})

/** The movie with its one track many times over. */
async function withTracks(count: number): Promise<Buffer> {
  const path = folder.file('one-track.mp4')
  await ffmpeg(...picture({ seconds: 1 }), ...H264, path)
  const file = await readFile(path)
  const moovAt = file.indexOf('moov') - 4
  const moov = file.subarray(moovAt, moovAt + file.readUInt32BE(moovAt))
  const trakAt = moov.indexOf('trak') - 4
  const trak = moov.subarray(trakAt, trakAt + moov.readUInt32BE(trakAt))
  const body = Buffer.concat([moov.subarray(8, trakAt), ...Array.from({ length: count }, () => trak)])
  return Buffer.concat([file.subarray(0, moovAt), box('moov', body)])
}

function compressedMovie(packed: Uint8Array, length: number): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(length)
  const cmov = box(
    'cmov',
    Buffer.concat([box('dcom', Buffer.from('zlib')), box('cmvd', Buffer.concat([size, packed]))]),
  )
  return Buffer.concat([box('ftyp', Buffer.from('qt  \0\0\0\0qt  ')), box('moov', cmov), box('mdat', Buffer.alloc(16))])
}

function box(type: string, body: Uint8Array): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + body.byteLength)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, body])
}
