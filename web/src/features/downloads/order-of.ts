import { DownloadOrder, type LinkQuestion } from '../../../../src/surfaces/http/contract/download.ts'
import { t } from '../../strings/strings.ts'

/** How to fetch, as the form holds it: texts as people typed them. */
export interface Wishes {
  readonly target: 'library' | 'file'
  readonly container: 'original' | 'mp4' | 'mkv'
  readonly quality: 'best' | '1080' | '720' | 'audio-only'
  readonly title: string
  readonly subtitles: string
  readonly audio: string
  readonly headers: string
  readonly referer: string
  readonly cookies: string
  readonly proxy: string
  readonly allowGaps: boolean
  readonly liveFrom: 'start' | 'edge'
  readonly minutes: string
}

export const NO_WISHES: Wishes = {
  target: 'library',
  container: 'original',
  quality: 'best',
  title: '',
  subtitles: 'all',
  audio: '',
  headers: '',
  referer: '',
  cookies: '',
  proxy: '',
  allowGaps: false,
  liveFrom: 'start',
  minutes: '',
}

/** What was chosen for one address, beyond what holds for all. */
export interface AddressChoice {
  readonly formatId?: string
  readonly entries?: readonly number[]
}

type Order = DownloadOrder

/** What is wrong with the wishes, in words; empty when they can be sent. */
export function faultsIn(wishes: Wishes): string[] {
  const words = t.downloads.options.wrong
  const { shape } = DownloadOrder
  const { shape: identity } = shape.identity.unwrap()
  const badHeader = linesOf(wishes.headers).find((line) => headerOf(line) === null)
  const checks: [boolean, string][] = [
    [badHeader === undefined, words.header(nameOf(badHeader ?? ''))],
    [shape.subtitles.safeParse(subtitlesOf(wishes.subtitles)).success, words.subtitles],
    [shape.audioLanguages.safeParse(tagsOf(wishes.audio)).success, words.audio],
    [wishes.cookies.trim() === '' || identity.cookies.safeParse(wishes.cookies.trim()).success, words.cookies],
    [wishes.proxy.trim() === '' || /^https?:\/\/[^\s/]+\/?$/.test(wishes.proxy.trim()), words.proxy],
    [wishes.minutes.trim() === '' || secondsOf(wishes.minutes) !== null, words.duration],
  ]
  return checks.filter(([isRight]) => !isRight).map(([, text]) => text)
}

/** Who asks, from the wishes; what is wrong is left out. */
export function identityOf(wishes: Wishes): NonNullable<LinkQuestion['identity']> {
  const { referer, proxy, cookies } = wishes
  const headers = linesOf(wishes.headers).map(headerOf)
  return {
    headers: {
      ...Object.fromEntries(headers.filter((each) => each !== null)),
      ...(referer.trim() !== '' && { Referer: referer.trim() }),
    },
    ...(proxy.trim() !== '' && { proxy: proxy.trim() }),
    ...(cookies.trim() !== '' && { cookies: cookies.trim() }),
  }
}

/** What the server is asked for. `isOnly`: a title names one video, not several. */
export function orderOf(url: string, wishes: Wishes, choice: AddressChoice, isOnly: boolean): Order {
  const { target, container, quality, title, allowGaps, liveFrom, minutes } = wishes
  const maxDurationSec = secondsOf(minutes)
  return {
    url,
    target,
    container: target === 'file' ? container : 'original',
    quality: quality === '1080' || quality === '720' ? Number(quality) : quality,
    audioLanguages: tagsOf(wishes.audio),
    subtitles: subtitlesOf(wishes.subtitles),
    identity: identityOf(wishes),
    allowGaps,
    liveFrom,
    ...(isOnly && title.trim() !== '' && { title: title.trim() }),
    ...(maxDurationSec !== null && { maxDurationSec }),
    ...(choice.formatId !== undefined && { formatId: choice.formatId }),
    ...(choice.entries !== undefined && { entries: [...choice.entries] }),
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

/** RFC 9110 §5; null for what is none. */
function headerOf(line: string): [name: string, value: string] | null {
  const found = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100})\s*:([\t\u0020-\u007e\u0080-\u00ff]{0,8192})$/.exec(line)
  return found?.[1] !== undefined && found[2] !== undefined ? [found[1], found[2].trim()] : null
}

/** The value may be a secret: only what stands before the colon is shown. */
function nameOf(line: string): string {
  return line.split(':')[0]?.trim().slice(0, 40) ?? ''
}

function subtitlesOf(text: string): 'all' | 'none' | string[] {
  const word = text.trim().toLowerCase()
  if (word === '' || word === 'all') return 'all'
  return word === 'none' ? 'none' : tagsOf(text)
}

function tagsOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((tag) => tag !== '')
}

function secondsOf(minutes: string): number | null {
  const value = Number(minutes.trim())
  if (minutes.trim() === '' || !Number.isFinite(value)) return null
  const sec = Math.round(value * 60)
  return sec >= 1 && sec <= 7 * 86_400 ? sec : null
}
