import { describe, expect, it } from 'vitest'
import { type DownloadRequest, FROM_START, NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import { InvalidInputError } from '#domain/errors.ts'
import { downloadPage } from './download-page.ts'
import type { DownloadPorts, DownloadTask } from './download-ports.ts'
import { entryRequest } from './entry-request.ts'

const LIST: DownloadRequest = {
  url: 'https://www.example.com/feed',
  target: 'library',
  title: 'Feed',
  choice: { ...PLAIN_CHOICE, entries: [1, 2], formatId: '22' },
  identity: { headers: { Cookie: 'secret', 'User-Agent': 'me' }, hosts: ['media.example.org'], cookies: 'mine' },
  allowGaps: false,
  live: FROM_START,
}

describe('an entry of a list', () => {
  it.each([
    'https://www.example.com/1',
    'https://example.com/1',
    'https://video.example.com/1',
    'https://cdn.media.example.org/1',
  ])('at %s is asked for as the list was', (url) => {
    const { identity, choice, title } = entryRequest(LIST, url)
    expect(identity).toEqual(LIST.identity)
    expect([choice.entries, choice.formatId, title]).toEqual([undefined, undefined, undefined])
  })

  it.each([
    'https://other.net/1',
    'https://example.com.other.net/1',
    'https://badexample.com/1',
    'http://203.0.113.1/1',
    'http://www.example.com/1',
  ])('at %s learns nothing of the user', (url) => {
    expect(entryRequest(LIST, url).identity).toEqual({ headers: { 'User-Agent': 'me' }, hosts: LIST.identity.hosts })
  })
})

describe('a page that is a list', () => {
  it('orders its entries once; one that is a list itself orders none: a list may hold itself', async () => {
    const ordered: DownloadRequest[] = []
    const request = { ...LIST, identity: NO_IDENTITY, choice: PLAIN_CHOICE }
    const result = await downloadPage(taskOf(request), portsTo(ordered))
    expect(ordered).toMatchObject([{ url: request.url }, { url: 'https://other.net/2' }])
    expect(result.entries).toHaveLength(2)
    const [itself = request] = ordered
    await expect(downloadPage(taskOf(itself), portsTo(ordered))).rejects.toBeInstanceOf(InvalidInputError)
    expect(ordered).toHaveLength(2)
  })
})

function taskOf(request: DownloadRequest): DownloadTask {
  const signal = new AbortController().signal
  return { request, signal, log: () => {}, report: () => {} } as unknown as DownloadTask
}

/** A page tool for which every page is the same list, which holds itself. */
function portsTo(ordered: DownloadRequest[]): DownloadPorts {
  const entries = [LIST.url, 'https://other.net/2'].map((url, index) => {
    return { number: index + 1, title: url, url, durationSec: null }
  })
  const pages = { look: async () => ({ title: 'Feed', entries, notes: [] }) }
  const order = async (requests: readonly DownloadRequest[]) => void ordered.push(...requests)
  return { pages, order, library: {} } as unknown as DownloadPorts
}
