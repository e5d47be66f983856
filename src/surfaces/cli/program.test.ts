import { beforeEach, describe, expect, it } from 'vitest'
import { NoSpaceError, type ProductError, VideoNotFoundError } from '#domain/errors.ts'
import type { CliPorts } from './cli-ports.ts'
import { runCommandLine } from './program.ts'
import { recordedTerminal } from './recorded-terminal.test-support.ts'

let talk: string[]
let opened: number
let fault: ProductError | null
beforeEach(() => {
  talk = []
  opened = 0
  fault = null
})

function run(...args: string[]): Promise<number> {
  const ports: Partial<CliPorts> = {
    version: '1',
    signal: new AbortController().signal,
    createTerminal: ({ json }) => recordedTerminal({ json, data: [], talk }),
    outputFault: async () => fault,
    settings: () => [],
    remarks: () => [],
    openLibrary: async () => {
      opened++
      throw new VideoNotFoundError('There is no video x.')
    },
  }
  return runCommandLine(args, ports as CliPorts)
}

describe('a command line that cannot be meant', () => {
  it.each([
    ['uplaod', /^✖ Unknown command 'uplaod'\. .*Fix {3}Did you mean upload\? `telereel --help`/],
    ['list --jsno', /^✖ Unknown option '--jsno'\. .*Fix {3}Did you mean --json\? `telereel list --help`/],
    ['upload -film.mp4', /Unknown option '-film.mp4'\. .*Fix {3}\S/],
    ['links', /Missing required argument 'id'\. .*Fix {3}\S/],
    ['links a b', /Too many arguments.*Fix {3}\S/],
    ['list --sort', /'--sort <by>' argument missing\. .*Fix {3}\S/],
    ['list --sort colour', /'colour' is invalid\. Allowed choices are created.*Fix {3}\S/],
    ['list --search a --video-id b', /cannot be used with/],
    ['config --changed --recovery-key', /cannot be used with/],
    ['download http://a/ --audio-only --quality 720', /cannot be used with/],
    ['download http://a/ --format 22 --audio-only', /cannot be used with/],
    ['download http://a/ --list --finish', /cannot be used with/],
    ['delete a --video-id b', /Two videos are named.*a and --video-id b.*Fix {3}\S/],
    ['cleanup --hours 0x10', /--hours takes a number, not "0x10".*Fix {3}\S/],
    ['cleanup --hours Infinity', /--hours takes a number/],
    [`list --search ${'x'.repeat(60_000)}`, /--search has 60000 letters.*Fix {3}\S/],
    [`upload a --title ${'x'.repeat(301)}`, /--title has 301 letters.*Fix {3}\S/],
    ['upload a --title \u001b[2J', /--title holds.*control characters.*Fix {3}\S/],
    ['verify --repair --video-id a --source /', /is not a file.*Fix {3}\S/],
  ])('is refused in words before anything is opened: %s', async (line, words) => {
    expect(await run(...line.split(' '))).toBe(2)
    expect(talk.join(' ')).toMatch(words)
    expect(opened).toBe(0)
  })

  it.each([
    ['cleanup', '--hours', ''],
    ['export', '--output', ' '],
    ['export', '--video-id', ''],
    ['verify', '--video-id', ''],
    ['list', '--search', ''],
    ['upload', 'a', '--title', ''],
    ['upload', '--video', 'a', ''],
    ['download', 'http://a/', '--header', 'X: 1', '--header', ''],
  ])(
    'is one with an option that is empty, as with a variable of a script that is not set: %s %s %j',
    async (...args) => {
      expect(await run(...args)).toBe(2)
      expect(talk.join(' ')).toMatch(/^✖ --\S+ is empty\. .*Fix {3}\S/)
      expect(opened).toBe(0)
    },
  )

  it('is one JSON object where JSON is asked for', async () => {
    expect(await run('list', '--nosuch', '--json')).toBe(2)
    expect(talk.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ type: 'error', code: 'invalid-input', exit: 2, fix: expect.any(String) }),
    ])
  })
})

it('says how to find the right id of a video', async () => {
  expect(await run('links', 'x')).toBe(7)
  expect(talk.join(' ')).toMatch(/no video x\. .*Fix {3}`telereel list`/)
})

describe('output that did not get where it should', () => {
  it('is said, and counts', async () => {
    fault = new NoSpaceError('Standard output cannot be written: the disk is full.', { fix: 'Make room there.' })
    expect(await run('config')).toBe(9)
    expect(talk.at(-2)).toContain('[no-space]')
  })

  it('hides no other failure', async () => {
    fault = new NoSpaceError('Standard output cannot be written: the disk is full.')
    expect(await run('links', 'x')).toBe(7)
  })
})
