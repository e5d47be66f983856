import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { pageError } from './page-errors.ts'

const RUN = { version: '2026.08.19', cookiesAgeDays: null }
const BUG =
  '; please report this issue on  https://github.com/yt-dlp/yt-dlp/issues?q= , filling out the appropriate issue template. Confirm you are on the latest version using  yt-dlp -U'
const HINT =
  '. Use --cookies-from-browser or --cookies for the authentication. See  https://github.com/yt-dlp/yt-dlp/wiki/FAQ#how-do-i-pass-cookies-to-yt-dlp  for how to manually pass cookies'

/** As yt-dlp 2026.08.19 prints them, by what they mean. */
const SAID: readonly (readonly [string, string])[] = [
  [`[youtube] dQw4w9WgXcQ: Sign in to confirm you’re not a bot${HINT}`, 'not-a-bot'],
  ["[youtube] dQw4w9WgXcQ: Sign in to confirm you're not a bot. This helps protect our community", 'not-a-bot'],
  [
    '[generic] Got HTTP Error 403 caused by Cloudflare anti-bot challenge; try again with  --extractor-args "generic:impersonate"',
    'not-a-bot',
  ],
  [`[youtube] x: Sign in to confirm your age. This video may be inappropriate for some users${HINT}`, 'login-needed'],
  ["[youtube] x: Private video. Sign in if you've been granted access to this video", 'login-needed'],
  [
    '[youtube] x: Join this channel to get access to members-only content like this video, and other exclusive perks.',
    'login-needed',
  ],
  [`[vimeo] 1: This video is only available for registered users${HINT}`, 'login-needed'],
  ['[vimeo] 1: This video is protected by a password, use the --video-password option', 'login-needed'],
  [
    '[twitter] 1: NSFW tweet requires authentication. Use --cookies, --cookies-from-browser, --username and --password',
    'login-needed',
  ],
  ['[crunchyroll] 1: This video is for premium members only', 'login-needed'],
  [
    '[x] 1: Unable to download JSON metadata: HTTP Error 401: Unauthorized (caused by <HTTPError 401: Unauthorized>)',
    'login-needed',
  ],
  ['[DRM] The requested site is known to use DRM protection. It will NOT be supported.', 'drm'],
  ['[html5] x: This video is DRM protected', 'drm'],
  ['This format is DRM protected; Try selecting another format with --format or add --check-formats', 'drm'],
  ['[youtube] x: Video unavailable. This video has been removed by the uploader', 'gone'],
  ['[youtube] x: Video unavailable', 'gone'],
  [
    '[youtube] x: This video is no longer available because the YouTube account associated with this video has been terminated.',
    'gone',
  ],
  ['[generic] Unable to download webpage: HTTP Error 404: Not Found (caused by <HTTPError 404: Not Found>)', 'gone'],
  ['[generic] Unable to download webpage: HTTP Error 410: Gone (caused by <HTTPError 410: Gone>)', 'gone'],
  ['[ard] 1: This video does not exist', 'gone'],
  ['[youtube] x: The uploader has not made this video available in your country', 'region'],
  ['[zdf] 1: This video is not available from your location due to geo restriction', 'region'],
  [
    '[bbc] 1: Unable to download JSON: HTTP Error 451: Unavailable For Legal Reasons (caused by <HTTPError 451>)',
    'region',
  ],
  ['[youtube] x: This live event will begin in 3 hours.', 'not-begun'],
  ['[youtube] x: Premieres in 45 minutes', 'not-begun'],
  ['[twitch:stream] x: The channel is not currently live', 'not-begun'],
  ['[nrk] 1: Livestream has not yet started', 'not-begun'],
  ['Unsupported URL: https://example.com/', 'no-video'],
  ['[x] 1: No video could be found in this tweet', 'no-video'],
  ['[youtube] x: Requested format is not available. Use --list-formats for a list of available formats', 'no-video'],
  [`[html5] x: No video formats found!${BUG}`, 'tool-too-old'],
  [`[youtube] x: Unable to extract player version${BUG}`, 'tool-too-old'],
  [`[site] x: An extractor error has occurred. (caused by KeyError('streams'))${BUG}`, 'tool-too-old'],
  ['unable to open for writing: [Errno 27] File too large', 'too-large'],
  ['[x] 1: Unable to download webpage: HTTP Error 403: Forbidden (caused by <HTTPError 403: Forbidden>)', 'other'],
  ['[x] 1: Something that nobody has seen before', 'other'],
]

describe('what yt-dlp says of a page', () => {
  it.each(SAID)('is put into a cause and a way out: %s', (line, refusal) => {
    const error = pageError(`WARNING: something else\nERROR: ${line}\n`, RUN)
    expect(error).toMatchObject({ code: 'page-refused', refusal, retry: refusal === 'other' ? 'sometimes' : 'never' })
    expect(error?.fix).not.toMatch(/--(?:cookies|password|username)/)
    expect(error?.why).not.toMatch(/ERROR|--\w|github\.com|\(caused by/)
  })

  it.each([
    [
      '[x] 1: Unable to download webpage: HTTP Error 429: Too Many Requests (caused by <HTTPError 429>)',
      'remote-refused',
    ],
    ['[youtube] x: The current session has been rate-limited by YouTube for up to an hour.', 'remote-refused'],
    [
      '[x] 1: Unable to download webpage: HTTP Error 503: Service Unavailable (caused by <HTTPError 503>)',
      'remote-refused',
    ],
    [
      '[x] 1: Unable to download webpage: [Errno -2] Name or service not known (caused by TransportError())',
      'remote-unreachable',
    ],
    [
      '[x] 1: Unable to download webpage: <urllib3.connection.HTTPConnection object>: Failed to establish a new connection: [Errno 111] Connection refused',
      'remote-unreachable',
    ],
    [
      '[x] 1: Unable to download webpage: The read operation timed out (caused by TransportError())',
      'remote-unreachable',
    ],
    [
      '[x] 1: Unable to download webpage: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed',
      'remote-unreachable',
    ],
    [
      '[x] 1: Unable to download webpage: Tunnel connection failed: 502 no answer (caused by ProxyError())',
      'remote-unreachable',
    ],
    ['fragment 3 not found, unable to continue', 'remote-broken'],
    ['[download] Got error: Downloaded 5 bytes, expected 9 bytes', 'remote-broken'],
  ])('may be worth another try: %s', (line, code) => {
    expect(pageError(`ERROR: ${line}`, RUN)).toMatchObject({ code, retry: 'sometimes' })
  })

  it('names a full disk, which only waits', () => {
    expect(pageError('ERROR: unable to write data: [Errno 28] No space left on device', RUN)).toMatchObject({
      code: 'no-space',
    })
  })

  it('takes an old release for the cause when it does not know an option', () => {
    const usage = 'Usage: yt-dlp [OPTIONS] URL [URL...]\n\nyt-dlp: error: no such option: --no-js-runtimes'
    expect(pageError(usage, RUN)).toMatchObject({
      refusal: 'tool-too-old',
      message: expect.stringContaining('2026.08.19'),
    })
  })

  it('tells how old the cookies are that did not help', () => {
    const error = pageError(`ERROR: [youtube] x: Sign in to confirm you’re not a bot${HINT}`, {
      ...RUN,
      cookiesAgeDays: 12,
    })
    expect(error?.fix).toContain('12 days old')
  })

  it('reads the reason from the line behind an empty one, and names the missing piece', () => {
    const said =
      'ERROR: \r[download] Got error: HTTP Error 404: Not Found. Giving up after 5 retries\nERROR: fragment 3 not found, unable to continue'
    expect(pageError(said, RUN)).toMatchObject({ code: 'remote-broken', why: expect.stringMatching(/404.*fragment 3/) })
    // With several pieces at once it may fall over its own closed file before it comes to the second line.
    const [first = ''] = said.split('\n')
    expect(pageError(first, RUN)).toMatchObject({ code: 'remote-broken', why: expect.stringMatching(/404/) })
  })

  it('shows no query of an address', () => {
    const error = pageError('ERROR: [x] 1: gone: https://example.com/a?token=secret#x', RUN)
    expect(error?.why).toContain('https://example.com/a')
    expect(error?.why).not.toContain('secret')
  })

  it('says nothing when nothing was said', () => {
    expect(pageError('WARNING: no error here', RUN)).toBeNull()
  })

  it('is short and without control characters, whatever a site says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const why = pageError(`ERROR: x ${text}`, RUN)?.why ?? ''
        expect(why.length).toBeLessThanOrEqual(600)
        expect(why).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
      }),
      { numRuns: 300 },
    )
  })
})
