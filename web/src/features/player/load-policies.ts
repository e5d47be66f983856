import Hls, { type HlsConfig, type LoaderResponse, type RetryConfig } from 'hls.js'

/** A server that starts anew, a line that comes back: about half a minute. Picture and sound are counted together. */
const PATIENT = { maxNumRetry: 10, retryDelayMs: 1000, maxRetryDelayMs: 8000 }
/** What the server calls its own fault (stored bytes are gone or damaged) is there the second time or not at all. */
const TRIES_OF_FAULTS = 2

/**
 * How often something is asked for again. hls.js gives up at once when there was no answer (0) or the server is asked too
 * often (429), and tries for half a minute what a server says it does not have (500).
 */
export function isAskedAgain(tries: number, maxTries: number, status: number | undefined, byDefault: boolean): boolean {
  if (tries >= maxTries) return false
  if (status === 500) return tries < TRIES_OF_FAULTS
  return byDefault || status === 0 || status === 429
}

/** Of playlists and pieces alike. */
export function loadPolicies(): Pick<HlsConfig, 'fragLoadPolicy' | 'playlistLoadPolicy' | 'manifestLoadPolicy'> {
  const { fragLoadPolicy, playlistLoadPolicy, manifestLoadPolicy } = Hls.DefaultConfig
  const errorRetry: RetryConfig = { ...PATIENT, shouldRetry }
  return {
    fragLoadPolicy: { default: { ...fragLoadPolicy.default, errorRetry } },
    playlistLoadPolicy: { default: { ...playlistLoadPolicy.default, errorRetry } },
    manifestLoadPolicy: { default: { ...manifestLoadPolicy.default, errorRetry } },
  }
}

function shouldRetry(
  _policy: unknown,
  tries: number,
  _isTimeout: boolean,
  response: LoaderResponse | undefined,
  byDefault: boolean,
): boolean {
  return isAskedAgain(tries, PATIENT.maxNumRetry, response?.code, byDefault)
}
