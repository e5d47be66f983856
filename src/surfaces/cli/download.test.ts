import { sep } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { DownloadRequest, DownloadResult } from '#domain/download.ts'
import { PageRefusedError, RemoteRefusedError } from '#domain/errors.ts'
import type { CliPorts, FileDownload } from './cli-ports.ts'
import { runCommandLine } from './program.ts'
import { recordedTerminal } from './recorded-terminal.test-support.ts'

const RESULT: DownloadResult = {
  state: 'complete',
  kind: 'hls',
  title: 'Film',
  byteLength: 1000,
  sha256: 'ab'.repeat(32),
  videoId: null,
  path: '/out/film.ts',
  gaps: [],
  notes: [],
  entries: [],
}
const GAP = { rendition: 'main', msn: 7, count: 2, startSec: 42, durationSec: 12, why: '404' }

let asked: { readonly request: DownloadRequest; readonly options: FileDownload }[]
let data: Record<string, unknown>[]
let talk: string[]
let stop: AbortController
beforeEach(() => {
  asked = []
  data = []
  talk = []
  stop = new AbortController()
})

type Answer = (request: DownloadRequest, options: FileDownload) => DownloadResult | Promise<DownloadResult>

/** The command line over a program that answers as a test wants. */
function run(args: readonly string[], answer: Answer = () => RESULT): Promise<number> {
  const ports: Partial<CliPorts> = {
    version: '1',
    signal: stop.signal,
    outputFault: async () => null,
    createTerminal: ({ json }) => recordedTerminal({ json, data, talk }),
    downloadToFile: async (request, options) => {
      asked.push({ request, options })
      return await answer(request, options)
    },
  }
  return runCommandLine(['download', ...args], ports as CliPorts)
}

describe('download --output', () => {
  it('tells bytes, hash and path in one line of JSON', async () => {
    expect(await run(['https://a/film.m3u8', '--output', '/out/film.ts', '--json'])).toBe(0)
    expect(data.at(-1)).toMatchObject({ v: 1, type: 'summary', bytes: 1000, sha256: RESULT.sha256, gaps: [] })
  })

  it('exits with 3 and names each gap', async () => {
    const answer = () => ({ ...RESULT, state: 'gaps' as const, gaps: [GAP] })
    expect(await run(['https://a/film.m3u8', '-o', '/out/film.ts', '--allow-gaps', '--json'], answer)).toBe(3)
    expect(data.find(({ type }) => type === 'warning')).toMatchObject({ code: 'gap', msn: 7, count: 2 })
    expect(talk.join('\n')).toContain('2 segments from number 7 of main (0:42 to 0:54)')
  })

  it('ends with what an earlier run recorded when no more is wished', async () => {
    const answer: Answer = (_request, { finishing }) => {
      if (!finishing.aborted) throw new RemoteRefusedError('It is gone.', 404)
      return { ...RESULT, state: 'gaps' as const, gaps: [GAP] }
    }
    expect(await run(['https://a/film.m3u8', '-o', '/out/film.ts'], answer)).toBe(6)
    expect(await run(['https://a/film.m3u8', '-o', '/out/film.ts', '--finish'], answer)).toBe(3)
  })

  it('goes on with the other addresses when one fails, and never shows their secrets', async () => {
    const answer: Answer = ({ url }) => {
      if (url.includes('gone')) throw new RemoteRefusedError('It is gone.', 404)
      return RESULT
    }
    const args = ['https://a/gone?token=secret', 'https://a/there?token=secret', '-o', '/tmp/', '--cookie', 'secret=1']
    expect(await run([...args, '--json'], answer)).toBe(3)
    expect(asked.map(({ request }) => request.url)).toEqual(args.slice(0, 2))
    expect(asked[0]?.options.output.endsWith(sep)).toBe(true)
    expect(JSON.stringify([data, talk])).not.toContain('secret')
  })

  it('says by its exit code that a login is needed', async () => {
    const answer = () => {
      throw new PageRefusedError('Sign in first.', 'login-needed')
    }
    expect(await run(['https://a/', '-o', '/out/a.mp4', '--json'], answer)).toBe(4)
    expect(data.at(-1)).toMatchObject({ type: 'error', code: 'page-refused.login-needed', exit: 4 })
  })

  it('tells progress once, however often it is reported', async () => {
    const progress = { stage: 'download', percent: 5, bytesPerSec: 1, secondsLeft: null }
    const answer: Answer = (_request, { onProgress }) => {
      for (const percent of [5, 5, 5, 6]) onProgress({ ...progress, percent })
      return RESULT
    }
    await run(['https://a/', '-o', '/out/a.mp4', '--json'], answer)
    expect(data.filter(({ type }) => type === 'status').map(({ percent }) => percent)).toEqual([5, 6])
  })

  it('makes a file of each entry of a list, in a folder only', async () => {
    const entries = [1, 2].map((number) => ({ url: `https://a/${number}`, title: String(number) }))
    const answer: Answer = ({ url }) => (url === 'https://a/list' ? { ...RESULT, entries } : RESULT)
    expect(await run(['https://a/list', '--entries', '1-2', '-o', '/tmp/'], answer)).toBe(0)
    expect(asked.map(({ request }) => [request.url, request.choice.entries])).toEqual([
      ['https://a/list', [1, 2]],
      ['https://a/1', undefined],
      ['https://a/2', undefined],
    ])
    expect(await run(['https://a/list', '-o', '/out/film.mp4'], answer)).toBe(2)
  })
})

describe('the first Ctrl-C', () => {
  const pressedAt =
    (stage: string): Answer =>
    (_request, { onProgress, signal, finishing }) => {
      onProgress({ stage, percent: 5, bytesPerSec: 1, secondsLeft: null })
      stop.abort(new DOMException('Stopped by a signal.', 'AbortError'))
      if (finishing.aborted) return RESULT
      signal.throwIfAborted()
      throw new Error('nobody was told')
    }

  it('stops a film and says what goes on with it', async () => {
    expect(await run(["https://a/it's.m3u8?a=1", '-o', '/out/a.ts'], pressedAt('download'))).toBe(130)
    expect(talk.join('\n')).toContain("telereel download 'https://a/it'\\''s.m3u8?a=1' --output /out/a.ts")
  })

  it('says that options belong to what goes on with it', async () => {
    const words = () => talk.join('\n')
    await run(['https://a/1', '-o', '/out/a.mp4'], pressedAt('download'))
    expect(words()).not.toContain('the same options')
    stop = new AbortController()
    await run(['https://a/1', '-o', '/out/a.mp4', '--quality', 'worst'], pressedAt('download'))
    expect(words()).toContain('--output /out/a.mp4 …   (and the same options)')
  })

  it('ends a recording well', async () => {
    expect(await run(['https://a/live.m3u8', '-o', '/out/a.ts'], pressedAt('record'))).toBe(0)
    expect(talk.join('\n')).toContain('Ending the recording')
  })

  it('leaves the addresses after it alone', async () => {
    expect(await run(['https://a/1', 'https://a/2', '-o', '/tmp/'], pressedAt('download'))).toBe(130)
    expect(asked).toHaveLength(1)
  })
})

describe('before anything is fetched', () => {
  it.each([
    [[]],
    [['--no-such-option', 'https://a/']],
    [['-x', 'https://a/']],
    [['--', '-x']],
    [['https://a/', 'file:///etc/passwd', '-o', '/tmp/']],
    [['https://a/', 'https://b/', '-o', '/out/one.mp4']],
    [['https://a/', 'https://b/', '-o', '/tmp/', '--title', 'One']],
    [['https://a/', '-o', '-']],
    [['https://a/', '-o', '/dev/null']],
    [['https://a/', '-o', '/tmp/', '--title', 'a\nb']],
    [['https://a/', '-o', '/tmp/', '--header', 'X-A: 1\r\nX-B: 2']],
  ])('%j is refused as wrong usage', async (args) => {
    expect(await run(args)).toBe(2)
    expect(asked).toEqual([])
  })
})
