import {
  type DownloadChoice,
  type DownloadIdentity,
  type DownloadRequest,
  FROM_START,
  type LiveWishes,
} from '#domain/download.ts'
import { isConnectionHeader } from '#domain/connection-headers.ts'
import { InvalidInputError } from '#domain/errors.ts'
import { titleOfOption } from './title-of-option.ts'

/** What `download` was asked on its command line, as commander gives it. */
export interface DownloadOptions {
  readonly output?: string
  readonly container?: string
  readonly quality?: string
  readonly audioOnly?: boolean
  readonly format?: string
  readonly audioLang?: readonly string[]
  readonly subtitles?: string
  readonly title?: string
  readonly header?: readonly string[]
  readonly alsoTo?: readonly string[]
  readonly cookie?: string
  readonly referer?: string
  readonly userAgent?: string
  readonly proxy?: string
  readonly cookies?: string
  readonly allowGaps?: boolean
  readonly liveFrom?: string
  readonly duration?: string
  readonly entries?: string
  readonly connections?: string
}

/** What is wished of one address. Throws InvalidInputError with what mends it. */
export function downloadRequestOf(address: string, options: DownloadOptions): DownloadRequest {
  return {
    url: webAddressOf(address),
    target: options.output === undefined ? 'library' : 'file',
    container: containerOf(options),
    ...(options.title !== undefined && { title: titleOfOption(options.title) }),
    choice: choiceOf(options),
    identity: identityOf(options),
    allowGaps: options.allowGaps === true,
    live: liveOf(options),
  }
}

/** http and https only; a secret in the address would end up where addresses are shown. */
export function webAddressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || !/^https?:\/\//i.test(text)) {
    throw new InvalidInputError(`${JSON.stringify(text)} is no web address.`, {
      fix: 'It begins with http:// or https://.',
    })
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidInputError('The address holds a user name or a password.', {
      fix: "Leave it out and add --header 'Authorization: Basic …'.",
    })
  }
  return text
}

const BY_ENDING: Readonly<Record<string, 'mp4' | 'mkv'>> = { mp4: 'mp4', m4v: 'mp4', mkv: 'mkv' }

function containerOf({ container, output }: DownloadOptions): NonNullable<DownloadRequest['container']> {
  if (container === undefined) return BY_ENDING[/\.(\w+)$/.exec(output ?? '')?.[1]?.toLowerCase() ?? ''] ?? 'original'
  if (container === 'original' || container === 'mp4' || container === 'mkv') return container
  throw wrong('--container', container, 'original, mp4 or mkv')
}

function choiceOf(options: DownloadOptions): DownloadChoice {
  return {
    quality: options.audioOnly ? 'audio-only' : qualityOf(options.quality ?? 'best'),
    audioLanguages: (options.audioLang ?? []).flatMap((each) => languagesOf(each, '--audio-lang')),
    subtitleLanguages: subtitlesOf(options.subtitles ?? 'all'),
    ...(options.format !== undefined && { formatId: options.format }),
    ...(options.entries !== undefined && { entries: entriesOf(options.entries) }),
  }
}

/** `best`, `worst`, `audio-only`, or the most lines of a picture: `1080`, `720p`. */
export function qualityOf(text: string): DownloadChoice['quality'] {
  if (text === 'best' || text === 'worst' || text === 'audio-only') return text
  const lines = /^(\d{3,4})p?$/.exec(text)?.[1]
  if (lines === undefined || Number(lines) < 100) throw wrong('--quality', text, 'best, worst, audio-only, 1080, 720 …')
  return Number(lines)
}

function subtitlesOf(text: string): DownloadChoice['subtitleLanguages'] {
  return text === 'all' || text === 'none' ? text : languagesOf(text, '--subtitles')
}

function languagesOf(text: string, option: string): string[] {
  const tags = text.split(',').map((tag) => tag.trim())
  for (const tag of tags) {
    if (!/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}$/.test(tag)) throw wrong(option, tag, 'languages such as de,en,pt-BR')
  }
  return tags
}

const MOST_ENTRIES = 1000
const LAST_ENTRY = 10_000

/** `1,3-5` -> 1, 3, 4, 5: in order, each once. */
export function entriesOf(text: string): number[] {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(part) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (first === undefined || from < 1 || to < from || to > LAST_ENTRY) {
      throw wrong('--entries', part.trim(), 'numbers from 1 and ranges: 1,3-5')
    }
    for (let entry = from; entry <= to; entry++) found.add(entry)
    if (found.size > MOST_ENTRIES) throw new InvalidInputError(`--entries names more than ${MOST_ENTRIES} entries.`)
  }
  return [...found].sort((a, b) => a - b)
}

/** Who asks. Throws InvalidInputError for a header that could not be sent as it is. */
export function identityOf(options: DownloadOptions): DownloadIdentity {
  const headers: Record<string, string> = {}
  const add = (name: string, value: string, option: string) => {
    if (Object.keys(headers).some((known) => known.toLowerCase() === name.toLowerCase())) {
      throw new InvalidInputError(`The header ${name} is given twice.`, { fix: `Leave one of them out (${option}).` })
    }
    headers[name] = checkedValue(name, value)
  }
  for (const line of options.header ?? []) add(...headerOf(line), '--header')
  if (options.cookie !== undefined) add('Cookie', options.cookie, '--cookie')
  if (options.referer !== undefined) add('Referer', options.referer, '--referer')
  if (options.userAgent !== undefined) add('User-Agent', options.userAgent, '--user-agent')
  return {
    headers,
    hosts: (options.alsoTo ?? []).map(hostOf),
    ...(options.proxy !== undefined && { proxy: proxyOf(options.proxy) }),
    ...(options.cookies !== undefined && { cookies: cookiesNameOf(options.cookies) }),
  }
}

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/
/** RFC 9110 §5.5: what a field value may hold; no line breaks above all, or one header becomes two. */
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]{0,8192}$/

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  const name = withoutBlanks(line.slice(0, Math.max(0, colon)))
  // The value may be a secret: it is not repeated.
  if (!TOKEN.test(name)) throw new InvalidInputError('--header is not a header.', { fix: "Write it as 'Name: value'." })
  if (isConnectionHeader(name)) throw new InvalidInputError(`The header ${name} is set by the connection itself.`)
  return [name, withoutBlanks(line.slice(colon + 1))]
}

/** Blanks and tabs only: a line break is no accident. */
function withoutBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}

function checkedValue(name: string, value: string): string {
  if (VALUE.test(value)) return value
  throw new InvalidInputError(`The header ${name} holds line breaks, control characters or letters beyond Latin-1.`)
}

function hostOf(text: string): string {
  if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text)) return text
  throw wrong('--also-to', text, 'a host name such as cdn.example.org')
}

function proxyOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && text.length <= 1024) return text
  throw new InvalidInputError('--proxy is no address of a proxy.', { fix: 'Write it as http://host:port.' })
}

function cookiesNameOf(text: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text
  throw new InvalidInputError(`--cookies ${JSON.stringify(text)} is no name of a cookies file.`, {
    fix: 'Put the file into the data folder as cookies/NAME.txt and give its NAME.',
  })
}

const LONGEST_SEC = 7 * 86_400

function liveOf({ liveFrom = 'start', duration }: DownloadOptions): LiveWishes {
  if (liveFrom !== 'start' && liveFrom !== 'edge') throw wrong('--live-from', liveFrom, 'start or edge')
  if (duration === undefined) return { ...FROM_START, from: liveFrom }
  const maxDurationSec = Number(duration)
  if (!/^\d{1,6}$/.test(duration) || maxDurationSec < 1 || maxDurationSec > LONGEST_SEC) {
    throw wrong('--duration', duration, `seconds, 1 to ${LONGEST_SEC}`)
  }
  return { from: liveFrom, maxDurationSec }
}

/** The most connections at once; null when nothing is said. */
export function connectionsOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const connections = Number(text)
  if (/^\d{1,3}$/.test(text) && connections >= 1 && connections <= 100) return connections
  throw wrong('--connections', text, '1 to 100')
}

function wrong(option: string, value: string, allowed: string): InvalidInputError {
  return new InvalidInputError(`${option} ${JSON.stringify(value)} is not allowed.`, { fix: `Allowed: ${allowed}.` })
}
