import type { ErrorData } from 'hls.js'
import type { Fault } from '../../lib/problem-error.ts'
import { t } from '../../strings/strings.ts'

/** What hls.js gave up on, in plain words. */
export function hlsFault({ type, details, response, error }: ErrorData): Fault {
  const words = t.player.error
  const status = response?.code ? ` (${response.code})` : ''
  const why = `${details}${status}`
  if (details === 'manifestIncompatibleCodecsError' || details === 'bufferAddCodecError') {
    const codecs = /codecs?=?"?([\w.,-]+)"?/i.exec(error?.message ?? '')?.[1] ?? ''
    return { code: 'codec', message: words.codec(codecs || 'this film'), why }
  }
  if (type === 'networkError') return { code: 'network', message: words.network, why }
  if (type === 'mediaError') return { code: 'media', message: words.media, why }
  return { code: 'player', message: words.unknown, why }
}
