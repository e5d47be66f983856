import { describe, expect, it } from 'vitest'
import { LinkMaker, type LinkSettings } from './links.ts'

const settings: LinkSettings = {
  host: '127.0.0.1',
  port: 8080,
  publicDomain: null,
  forceHttps: false,
  ownCertificate: false,
}
const made = (change: Partial<LinkSettings>) => new LinkMaker({ ...settings, ...change }, () => ['192.168.1.5'])

describe('LinkMaker', () => {
  it.each([
    [{}, 'http://127.0.0.1:8080'],
    [{ host: 'nas.home', port: 80 }, 'http://nas.home'],
    [{ host: '::1' }, 'http://[::1]:8080'],
    [{ host: '0.0.0.0' }, 'http://192.168.1.5:8080'],
    [{ host: '::' }, 'http://192.168.1.5:8080'],
    [{ ownCertificate: true, port: 8443 }, 'https://127.0.0.1:8443'],
    [{ ownCertificate: true, port: 443 }, 'https://127.0.0.1'],
  ] as const)('reaches the server at home with %o at %s', (change, url) => {
    expect(made(change).localUrl).toBe(url)
  })

  it.each([
    [{}, null],
    [{ publicDomain: 'films.example.org' }, 'http://films.example.org:8080'],
    [{ publicDomain: 'films.example.org', port: 80 }, 'http://films.example.org'],
    [{ publicDomain: 'films.example.org:9000' }, 'http://films.example.org:9000'],
    [{ publicDomain: 'films.example.org', forceHttps: true }, 'https://films.example.org'],
    [{ publicDomain: 'films.example.org', ownCertificate: true, port: 8443 }, 'https://films.example.org:8443'],
  ] as const)('reaches it from the internet with %o at %s', (change, url) => {
    expect(made(change).publicUrl).toBe(url)
  })

  it('prefers the public address for files that go elsewhere', () => {
    const links = made({ publicDomain: 'films.example.org', forceHttps: true }).linksOf('film000000000001')
    expect(links).toEqual({
      local: 'http://127.0.0.1:8080/playlist/local/film000000000001.m3u8',
      public: 'https://films.example.org/playlist/public/film000000000001.m3u8',
      strm: 'https://films.example.org/links/film000000000001.strm',
    })
  })
})
