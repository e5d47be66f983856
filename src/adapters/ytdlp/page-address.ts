import { AddressRefusedError } from '#domain/errors.ts'

/**
 * The canonical form of an address, which always begins with `http`: nothing in it can be taken for an option. Throws
 * AddressRefusedError for what is no address, another scheme, or one with credentials in it.
 */
export function pageAddress(text: string): URL {
  const url = URL.parse(text)
  if (url === null)
    throw new AddressRefusedError('This is no address.', { fix: 'Give one like https://example.com/film.' })
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AddressRefusedError('Only http and https addresses are opened.', {
      why: `It begins with ${url.protocol}`,
    })
  }
  if (url.username !== '' || url.password !== '') {
    throw new AddressRefusedError('The address has a user name or password in it.', {
      fix: 'Leave it out; for pages behind a login use a cookies file.',
    })
  }
  return url
}
