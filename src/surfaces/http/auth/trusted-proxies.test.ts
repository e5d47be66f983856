import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { TrustedProxies } from './trusted-proxies.ts'

const asked = (remoteAddress: string, forwardedFor?: string) => ({
  socket: { remoteAddress } as Socket,
  headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
})

describe('who asks', () => {
  const proxies = new TrustedProxies(['10.0.0.0/8', '192.0.2.1', 'fd00::/8'])

  it.each([
    ['nobody between', '198.51.100.7', undefined, '198.51.100.7'],
    ['a proxy that says nothing', '10.1.2.3', undefined, '10.1.2.3'],
    ['a proxy', '10.1.2.3', '198.51.100.7', '198.51.100.7'],
    ['a proxy over IPv6 sockets', '::ffff:10.1.2.3', '198.51.100.7', '198.51.100.7'],
    ['a chain of proxies', 'fd00::9', '198.51.100.7, 10.9.9.9, 192.0.2.1', '198.51.100.7'],
    ['a caller who writes the header', '198.51.100.7', '203.0.113.9', '198.51.100.7'],
    ['a caller who writes it before a proxy does', '10.1.2.3', '203.0.113.9, 198.51.100.7', '198.51.100.7'],
    ['an empty header', '10.1.2.3', ' , ', '10.1.2.3'],
    ['something that is no address', '10.1.2.3', '203.0.113.9, unknown', 'unknown'],
  ])('is known behind %s', (_case, peer, forwardedFor, address) => {
    expect(proxies.addressOf(asked(peer, forwardedFor))).toBe(address)
  })

  it('is the other end of the connection when no proxy is trusted', () => {
    expect(new TrustedProxies([]).addressOf(asked('127.0.0.1', '203.0.113.9'))).toBe('127.0.0.1')
    expect(new TrustedProxies([]).includes('127.0.0.1')).toBe(false)
  })
})
