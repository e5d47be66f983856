import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'

export interface ServerAnswer {
  readonly status: number
  /** Parsed JSON. */
  readonly body: unknown
}

/** Asks the server on this machine to do something, as its owner. */
export async function postToServer(url: URL, token: string, body: unknown): Promise<ServerAnswer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  // The certificate names the public domain, not this machine; the address is loopback and the token proves us, not it.
  const options = { method: 'POST', headers, rejectUnauthorized: false }
  const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject).end(JSON.stringify(body))
  })
  return { status: answer.statusCode ?? 0, body: JSON.parse(await text(answer)) as unknown }
}
