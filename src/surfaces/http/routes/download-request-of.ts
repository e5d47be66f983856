import type { z } from 'zod'
import type { DownloadIdentity, DownloadRequest } from '#domain/download.ts'
import { isConnectionHeader } from '#domain/connection-headers.ts'
import { AddressRefusedError, InvalidInputError } from '#domain/errors.ts'
import type { DownloadOrder, Identity } from '../contract/download.ts'

/** Throws InvalidInputError or AddressRefusedError for an address that nobody can ever fetch. */
export function downloadRequestOf(order: z.output<typeof DownloadOrder>): DownloadRequest {
  const { container, title, quality, audioLanguages, subtitles, formatId, entries, allowGaps } = order
  return {
    url: assertAddress(order.url),
    target: order.target,
    container,
    ...(title !== undefined && { title }),
    choice: {
      ...{ quality, audioLanguages, subtitleLanguages: subtitles },
      ...(formatId !== undefined && { formatId }),
      ...(entries && { entries }),
    },
    identity: identityOf(order.identity),
    allowGaps,
    live: { from: order.liveFrom, maxDurationSec: order.maxDurationSec ?? null },
  }
}

/** Throws InvalidInputError for a header that would not be sent as it is. */
export function identityOf({ headers, hosts, proxy, cookies }: z.output<typeof Identity>): DownloadIdentity {
  const wrong = Object.keys(headers).find(isConnectionHeader)
  if (wrong !== undefined) {
    throw new InvalidInputError(`The header ${wrong} is set by the connection itself.`, { fix: 'Leave it out.' })
  }
  return { headers, hosts, ...(proxy !== undefined && { proxy }), ...(cookies !== undefined && { cookies }) }
}

/** What can be said without asking anybody; whoever fetches looks closer. */
export function assertAddress(address: string): string {
  const url = URL.parse(address)
  if (!url) throw new InvalidInputError('This is no web address.', { fix: 'It begins with https:// or http://.' })
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AddressRefusedError(`Addresses with ${url.protocol} are not fetched.`, {
      fix: 'Use https:// or http://.',
    })
  }
  if (url.username !== '' || url.password !== '') {
    throw new AddressRefusedError('The address holds a user name or a password.', {
      why: 'Addresses are written down and shown; passwords are not.',
      fix: 'Send it as a header: Authorization: Basic …',
    })
  }
  return url.href
}
