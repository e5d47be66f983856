import type { DownloadIdentity, LinkInfo } from '#domain/download.ts'
import type { PageTool } from '#domain/page-tool.ts'
import type { Web } from '#domain/web.ts'
import { findLink, webIdentityOf } from './find-link.ts'
import { describePlaylist } from './hls/describe-playlist.ts'

export interface LinkQuestion {
  readonly url: string
  readonly identity: DownloadIdentity
}

export interface LinkPorts {
  readonly web: Web
  readonly pages: PageTool
  /** Milliseconds that never go back. */
  readonly now: () => number
}

const KEEP_MS = 3600_000
/** What live streams say of themselves is soon untrue. */
const KEEP_LIVE_MS = 10_000
const MAX_KEPT = 200

/** Says what stands at addresses; looks once for all who ask, and remembers it for an hour. */
export class LinkInformation {
  readonly #ports: LinkPorts
  readonly #kept = new Map<string, { readonly info: LinkInfo; readonly untilMs: number }>()
  readonly #looking = new Map<string, Promise<LinkInfo>>()

  constructor(ports: LinkPorts) {
    this.#ports = ports
  }

  /** Who asks with other cookies sees other things: only equal questions share an answer. Rejects like `Web.open` and `PageTool.look`. */
  async of(question: LinkQuestion, signal: AbortSignal): Promise<LinkInfo> {
    const key = JSON.stringify([question.url, question.identity])
    const kept = this.#kept.get(key)
    if (kept && kept.untilMs > this.#ports.now()) return kept.info
    const looking = this.#looking.get(key) ?? this.#look(key, question)
    return Promise.race([looking, rejectedBy(signal)])
  }

  /** Goes on for the others when one who asked has left. */
  #look(key: string, question: LinkQuestion): Promise<LinkInfo> {
    const looking = lookAtLink(question, this.#ports, AbortSignal.timeout(LOOK_LIMIT_MS))
      .then((info) => this.#keep(key, info))
      .finally(() => this.#looking.delete(key))
    looking.catch(() => {})
    this.#looking.set(key, looking)
    return looking
  }

  #keep(key: string, info: LinkInfo): LinkInfo {
    this.#kept.delete(key)
    this.#kept.set(key, { info, untilMs: this.#ports.now() + (info.isLive ? KEEP_LIVE_MS : KEEP_MS) })
    for (const oldest of this.#kept.keys()) if (this.#kept.size > MAX_KEPT) this.#kept.delete(oldest)
    return info
  }
}

const LOOK_LIMIT_MS = 120_000

/** What stands at an address; downloads nothing but the beginning of it. */
export async function lookAtLink(
  { url, identity }: LinkQuestion,
  { web, pages }: Pick<LinkPorts, 'web' | 'pages'>,
  signal: AbortSignal,
): Promise<LinkInfo> {
  const found = await findLink(url, identity, web, signal)
  if (found.kind === 'page') return pages.look(url, { identity, signal })
  if (found.kind === 'file') return aboutFile(url, found)
  return describePlaylist(found.playlist, { title: found.title, identity: webIdentityOf(url, identity) }, web, signal)
}

function aboutFile(url: string, { title, byteLength }: { readonly title: string; readonly byteLength: number | null }) {
  const nothing = { durationSec: null, isLive: false, thumbnail: null, uploader: null }
  const lists = { formats: [], audioLanguages: [], subtitleLanguages: [], entries: [] }
  return {
    url,
    kind: 'file',
    title,
    byteLength,
    ...nothing,
    ...lists,
    notes: ['A media file: it is taken as it is.'],
  } as const
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
