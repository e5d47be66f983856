import { flag, host, hostPort, listOf, network, path, wholeNumber } from '../format.ts'
import { settingsOf } from '../setting.ts'

const { withDefault, optional } = settingsOf('network')

export const networkSettings = {
  LOCAL_HOST: withDefault(host, '127.0.0.1', {
    help: 'Address to listen on. 0.0.0.0 opens the server to the network.',
    startOnly: true,
  }),
  LOCAL_PORT: withDefault(wholeNumber({ min: 0, max: 65_535 }), '8080', {
    help: 'Port to listen on; 0 takes any free one.',
  }),
  PUBLIC_DOMAIN: optional(hostPort, {
    help: 'Name under which the internet reaches this server; public links use it.',
  }),
  FORCE_HTTPS: withDefault(flag, 'false', {
    help: 'Public links begin with https:// and have no port, because a proxy in front ends TLS.',
  }),
  SSL_CERT_PATH: optional(path, {
    help: 'Certificate chain (PEM), to end TLS here. Needs SSL_KEY_PATH.',
    startOnly: true,
  }),
  SSL_KEY_PATH: optional(path, { help: 'Private key (PEM) of that certificate.', startOnly: true }),
  TRUSTED_PROXIES: optional(listOf(network, 'IP addresses or networks like 10.0.0.0/8, separated by commas'), {
    help: 'Proxies whose X-Forwarded-… headers are believed. Nobody is when empty.',
    startOnly: true,
  }),
}
