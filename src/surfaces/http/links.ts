import { networkInterfaces } from 'node:os'
import { playlistPath, strmPath } from './contract/addresses.ts'
import type { Links } from './contract/video.ts'

export interface LinkSettings {
  readonly host: string
  /** The port we really listen on. */
  readonly port: number
  readonly publicDomain: string | null
  readonly forceHttps: boolean
  readonly ownCertificate: boolean
}

/** The one place that makes whole addresses. They come from the settings, never from a request's Host header. */
export class LinkMaker {
  readonly localUrl: string
  readonly publicUrl: string | null

  constructor(settings: LinkSettings, addresses: () => readonly string[] = ownAddresses) {
    this.localUrl = localUrl(settings, addresses)
    this.publicUrl = publicUrl(settings)
  }

  linksOf(videoId: string): Links {
    return {
      local: this.localUrl + playlistPath(videoId, 'local'),
      public: this.publicUrl === null ? null : this.publicUrl + playlistPath(videoId, 'public'),
      strm: (this.publicUrl ?? this.localUrl) + strmPath(videoId),
    }
  }
}

function localUrl({ host, port, ownCertificate }: LinkSettings, addresses: () => readonly string[]): string {
  const everywhere = host === '0.0.0.0' || host === '::'
  const name = everywhere ? (addresses()[0] ?? '127.0.0.1') : host
  return `${ownCertificate ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}${portOf(port, ownCertificate)}`
}

/** FORCE_HTTPS: a proxy ends TLS on the usual port. Else the domain leads to us, on our port unless it names its own. */
function publicUrl({ publicDomain, forceHttps, ownCertificate, port }: LinkSettings): string | null {
  if (publicDomain === null) return null
  const domain = publicDomain.replace(/^https?:\/\//i, '').replace(/\/+$/, '')
  if (forceHttps) return `https://${domain}`
  const hasPort = /:\d+$/.test(domain)
  return `${ownCertificate ? 'https' : 'http'}://${domain}${hasPort ? '' : portOf(port, ownCertificate)}`
}

function portOf(port: number, secure: boolean): string {
  return port === (secure ? 443 : 80) ? '' : `:${port}`
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address)
}
