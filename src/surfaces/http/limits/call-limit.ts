import type { FastifyReply, FastifyRequest } from 'fastify'
import { addressBlock } from '#lib/rate-window/address-block.ts'
import { RateWindow } from '#lib/rate-window/rate-window.ts'
import { RequestRefusedError } from '../request-refused-error.ts'

export interface CallRate {
  readonly count: number
  readonly windowMs: number
}

/** What is counted, in the words of an answer. */
interface Counted {
  /** Of the policy, in the fields of the answer. */
  readonly name: string
  /** `3 downloads` */
  readonly words: string
}

/**
 * Lets each caller call a route so often in any stretch of time, however the calls end; a hook of the route that comes
 * before its body is read. Callers are told apart by their address (behind a proxy that we trust by what it says; IPv6 by
 * its /64). Every answer tells in the fields of draft-ietf-httpapi-ratelimit-headers-10 how many are left.
 */
export function callLimit(rate: CallRate, { name, words }: Counted, now: () => number = () => performance.now()) {
  const window = new RateWindow(rate)
  const policy = `"${name}";q=${rate.count};w=${seconds(rate.windowMs)}`
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { allowed, remaining, waitMs } = window.take(addressBlock(request.ip), now())
    const wait = seconds(waitMs)
    reply.header('ratelimit-policy', policy)
    reply.header('ratelimit', `"${name}";r=${remaining};t=${wait}`)
    if (allowed) return
    throw new RequestRefusedError('rate-exceeded', `${rate.count} ${words} ${inWords(rate.windowMs)} are taken.`, {
      fix: `The next one may come in ${wait} s.`,
      headers: { 'retry-after': String(wait) },
    })
  }
}

/** Never earlier than it is true. */
function seconds(ms: number): number {
  return Math.ceil(ms / 1000)
}

const UNITS: Readonly<Record<number, string>> = { 1000: 'a second', 60000: 'a minute', 3600000: 'an hour' }

function inWords(windowMs: number): string {
  return UNITS[windowMs] ?? `in ${seconds(windowMs)} s`
}
