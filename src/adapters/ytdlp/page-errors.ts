import {
  AddressRefusedError,
  NoSpaceError,
  PageRefusedError,
  type PageRefusal,
  type ProductError,
  RemoteBrokenError,
  RemoteRefusedError,
  RemoteUnreachableError,
} from '#domain/errors.ts'
import { cleanText } from './clean-text.ts'
import { withoutQueries } from './redact.ts'
import { UPDATE } from './ytdlp-version.ts'

/** What is known of a run that did not end well, beside its words. */
export interface FailedRun {
  readonly version: string
  /** Null: without cookies. */
  readonly cookiesAgeDays: number | null
}

/** What it said after `ERROR:`, in our terms; null when it said nothing. Of several errors the first is the cause. */
export function pageError(
  stderr: string,
  run: FailedRun,
  redact: (line: string) => string = withoutQueries,
): ProductError | null {
  const errors = errorsIn(stderr)
  const said = errors.find((line) => MISSING_FRAGMENT.test(line)) ?? errors[0]
  if (said === undefined) return null
  const why = quoted(redact(said === errors[0] ? said : `${errors[0]} · ${said}`))
  const meaning = MEANINGS.find(({ says }) => says.test(said))
  return meaning === undefined ? unknown(why) : meaning.error(why, run, meaning.says.exec(said)?.[1] ?? '')
}

/** The reason may stand on a line of its own, behind an empty `ERROR:`. */
function errorsIn(stderr: string): string[] {
  const lines = stderr.split(/[\r\n]+/).map((line) => line.trim())
  return lines.flatMap((line, index) => {
    if (line === 'ERROR:') return lines[index + 1] ?? []
    return line.startsWith('ERROR:') || /yt-dlp(?:\.\w+)?: error:/.test(line) ? line : []
  })
}

/** How a piece of a stream is said to be missing, after the status of the last attempt. */
const MISSING_FRAGMENT = /fragment \d+ not found/
/** That status alone: it closes its file at once, and falls over that when pieces before the missing one still come. */
const FRAGMENT_GIVEN_UP = /\[download\] Got error: HTTP Error 4(?:04|10)\b.*Giving up after/

const MAX_QUOTED_CHARACTERS = 300

/** Its words without what is meant for people at its own command line. */
function quoted(line: string): string {
  const words = line
    .replaceAll(/ERROR:\s*|^.*?: error:\s*/g, '')
    .replace(/^\[[\w:.+-]+\]\s*(?:[\w-]{1,64}:\s)?/, '')
    .replace(/\(caused by .*$/, '')
    .replace(/[;.]?\s*please report this issue on.*$/i, '')
    .replace(/[,;.]?\s*\b(?:use|try|add)\b[^.;]*?\s--\w.*$/i, '')
    .replace(/\.?\s*See\s+https:\/\/github\.com\/yt-dlp.*$/, '')
  return cleanText(words, MAX_QUOTED_CHARACTERS)
}

interface Meaning {
  readonly says: RegExp
  readonly error: (why: string, run: FailedRun, detail: string) => ProductError
}

function refused(refusal: PageRefusal, message: string, fix: string | ((run: FailedRun) => string)): Meaning['error'] {
  return (why, run) => new PageRefusedError(message, refusal, { why, fix: typeof fix === 'string' ? fix : fix(run) })
}

function unknown(why: string): ProductError {
  return new PageRefusedError('The page gives no video.', 'other', { why, fix: 'Try again later, or another address.' })
}

const notABot = refused('not-a-bot', 'The site takes us for a robot.', ({ cookiesAgeDays }) =>
  cookiesAgeDays === null ? `Give cookies of a browser that the site knows. ${COOKIES}` : freshCookies(cookiesAgeDays),
)
const loginNeeded = refused('login-needed', 'The video is only for people who are logged in.', ({ cookiesAgeDays }) =>
  cookiesAgeDays === null ? `Give cookies of an account that may see it. ${COOKIES}` : freshCookies(cookiesAgeDays),
)
const gone = refused(
  'gone',
  'The video is not there any more.',
  'Check the address; the site has removed it or never had it.',
)
const region = refused(
  'region',
  'The video is not shown in this country.',
  'Nothing here can change that: the site looks at where the server is.',
)
const drm = refused('drm', 'The video is protected by DRM.', 'We do not undo such protection; look for it elsewhere.')
const notBegun = refused('not-begun', 'The broadcast has not begun yet.', 'Start the download again when it is on.')
const noVideo = refused(
  'no-video',
  'There is no video at this address, or none that yt-dlp knows how to find.',
  'Give the address of the page that shows it, or of its playlist (.m3u8) or file.',
)
const tooLarge = refused('too-large', 'The video is larger than is allowed.', 'Choose a smaller format.')
const tooOld: Meaning['error'] = (why, { version }) =>
  new PageRefusedError(
    `yt-dlp ${version} does not understand this site, which changes often; a newer one is recommended.`,
    'tool-too-old',
    { why, fix: UPDATE },
  )

const COOKIES =
  'Export them in Netscape format to cookies/NAME.txt in the data folder, bound to the site by a line "# telereel-domain: …".'

function freshCookies(ageDays: number): string {
  const age = ageDays === 0 ? 'were written today' : `are ${ageDays} ${ageDays === 1 ? 'day' : 'days'} old`
  return `The cookies ${age}: export fresh ones, of an account that may see it.`
}

const unreachable: Meaning['error'] = (why) =>
  new RemoteUnreachableError('The site does not answer.', {
    why,
    fix: 'Try again later; check that this machine is online.',
  })
const brokenOff: Meaning['error'] = (why) =>
  new RemoteBrokenError('The site broke the download off.', { why, fix: 'Try again.' })

/** In order: the first that fits decides. What sites say about a video comes before what HTTP says. */
const MEANINGS: readonly Meaning[] = [
  { says: MISSING_FRAGMENT, error: brokenOff },
  { says: FRAGMENT_GIVEN_UP, error: brokenOff },
  {
    says: /No space left on device|Disk quota exceeded|\[Errno 28\]/i,
    error: (why) => new NoSpaceError('There is no space left for the download.', { why }),
  },
  { says: /File too large|\[Errno 27\]|larger than max-filesize/i, error: tooLarge },
  { says: /no such option|invalid .{1,40} value/i, error: tooOld },
  {
    says: /Tunnel connection failed: 403|egress-refused/i,
    error: (why) => new AddressRefusedError('The page leads to an address that is never opened.', { why }),
  },
  {
    says: /not a bot|captcha|anti-bot|Cloudflare|unusual traffic|bot protection|are you (?:a )?human/i,
    error: notABot,
  },
  { says: /DRM/, error: drm },
  // What it says of itself when a page is not what it was: its own words about the video are guesses then.
  { says: /please report this issue on|confirm you are on the latest version/i, error: tooOld },
  {
    says: /country|your (?:geographic(?:al)? )?(?:location|region)|geo.?(?:restrict|block)|outside of the|HTTP Error 451/i,
    error: region,
  },
  {
    says: /not (?:yet )?(?:been )?(?:started|begun)|will (?:begin|start)|scheduled (?:for|to)|Premieres? (?:in|will)|is upcoming|not currently live|is offline|not available yet|is not live/i,
    error: notBegun,
  },
  {
    says: /rate.?limit|HTTP Error 429|Too Many Requests|content isn't available, try again later/i,
    error: (why) =>
      new RemoteRefusedError('The site asks us to slow down.', 429, {
        why,
        fix: 'Wait an hour, or give cookies of an account.',
      }),
  },
  { says: /\b(?:account|channel|user)\b.*\b(?:terminated|closed|suspended|deleted)/i, error: gone },
  {
    says: /log ?in|sign in|logged|registered users|members.only|for members|premium|subscri(?:be|ption)|purchase|rental|\bpaid\b|private|password|account|confirm your age|age.?(?:restrict|verif)|authenticat|HTTP Error 401|\bcookies\b.*needed|--cookies/i,
    error: loginNeeded,
  },
  {
    says: /removed|deleted|does(?: not|n'?t|n’t) exist|no longer (?:available|exists)|terminated|(?:has|was|is|most likely) expired|HTTP Error 4(?:04|10)|(?:video|content|clip|episode|track|post|broadcast|livestream|media|page|stream) (?:is |was )?(?:currently )?(?:unavailable|not found|not available)|Video unavailable|ha(?:s|ve) ended/i,
    error: gone,
  },
  {
    says: /Unsupported URL|is not a valid URL|no (?:suitable )?(?:media|videos?)\b.*\bfound|no video (?:content|on)|There(?: i|')s no video|No video could be found/i,
    error: noVideo,
  },
  {
    says: /Requested format is not available/i,
    error: refused(
      'no-video',
      'The page does not offer this format.',
      'Look at the page again and choose one of its formats, or another quality.',
    ),
  },
  {
    says: /Live HLS streams are not supported|m3u8 download detected but ffmpeg|ffmpeg(?: is| could)? not (?:be )?(?:found|installed)/i,
    error: refused(
      'no-video',
      'The video comes in a form that is only recorded from its playlist.',
      'Give the address of its playlist (.m3u8) instead of the page.',
    ),
  },
  {
    says: /fragment \d+ not found|not find any data|did not get any data|downloaded file is empty|Downloaded \d+ bytes, expected|giving up after|IncompleteRead|bytes read,|content too short/i,
    error: brokenOff,
  },
  { says: /HTTP Error (\d{3})/, error: (why, _, status) => httpError(Number(status), why) },
  {
    says: /timed out|timeout|resolve|Name or service|getaddrinfo|refused|reset|unreachable|SSL|CERTIFICATE|Remote end closed|Connection (?:aborted|broken)|Tunnel connection failed|proxy|TransportError|EOF occurred/i,
    error: unreachable,
  },
]

function httpError(status: number, why: string): ProductError {
  if (status >= 500)
    return new RemoteRefusedError(`The site answered with ${status}.`, status, { why, fix: 'Try again later.' })
  return new PageRefusedError(`The site refuses (${status}).`, 'other', {
    why,
    fix: 'Give the address of the page itself, or cookies of a browser that may see it; try again later.',
  })
}
