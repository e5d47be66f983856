import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import type { StartProxy } from './run-ytdlp.ts'

/** A proxy that lets everything through and writes down what it was asked for. */
export function recordingProxy(asked: string[]): StartProxy {
  return async () => {
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      const { 'proxy-authorization': _, ...headers } = request.headers
      const onward = httpRequest(request.url ?? '', { method: request.method ?? 'GET', headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        pipeline(answer, response).catch(() => {})
      })
      onward.on('error', () => response.destroy())
      request.pipe(onward)
    })
    server.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url}`)
      socket.end('HTTP/1.1 502 no\r\n\r\n')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return {
      url: `http://job:secret-of-the-proxy@127.0.0.1:${(server.address() as AddressInfo).port}`,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        server.close()
      },
    }
  }
}

/** A proxy that is itself every site there is: a page with a film, which it gives too. Writes down the cookies it gets. */
export function answeringProxy(cookies: string[]): StartProxy {
  return async () => {
    const server = createServer((request, response) => {
      cookies.push(request.headers.cookie ?? '')
      if (request.url?.endsWith('.mp4')) response.writeHead(200, { 'content-type': 'video/mp4' }).end(SMALLEST_FILM)
      else
        response.writeHead(200, { 'content-type': 'text/html' }).end('<title>F</title><video src="/film.mp4"></video>')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return {
      url: `http://job:secret-of-the-proxy@127.0.0.1:${(server.address() as AddressInfo).port}`,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        server.close()
      },
    }
  }
}

/** A box `ftyp`, padded: it begins like a film. */
const SMALLEST_FILM = Buffer.concat([Buffer.from([0, 0, 0, 16]), Buffer.from('ftypisom\0\0\0\0'), Buffer.alloc(20_000)])
