import type { VideoId } from '#domain/ids.ts'
import type { DownloadLibrary } from './download-ports.ts'

/** A segment or two more come meanwhile. */
const LOOK_EVERY_MS = 1000

/**
 * Fetches as long as the library makes a video of what comes. When that has failed for good there is nothing left to fetch
 * for: rejects with the reason then, also where it shows by other errors first.
 */
export async function whileWanted<Value>(
  videoId: VideoId,
  fetching: (signal: AbortSignal) => Promise<Value>,
  { refusal }: Pick<DownloadLibrary, 'refusal'>,
  signal: AbortSignal,
  lookEveryMs = LOOK_EVERY_MS,
): Promise<Value> {
  const unwanted = new AbortController()
  // What goes wrong with looking once is asked again.
  const look = async () => {
    const why = await refusal(videoId).catch(() => null)
    if (why !== null) unwanted.abort(why)
  }
  const timer = setInterval(() => void look(), lookEveryMs)
  try {
    return await fetching(AbortSignal.any([signal, unwanted.signal]))
  } catch (error) {
    if (signal.aborted) throw error
    await look()
    throw unwanted.signal.aborted ? unwanted.signal.reason : error
  } finally {
    clearInterval(timer)
  }
}
