import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AddressRefusedError } from '#domain/errors.ts'
import { DIRECT_VECTORS } from './direct-vectors.test-support.ts'
import { DnsCache } from './dns-cache.ts'
import { Guard } from './guard.ts'
import { lookupAll } from './lookup-all.ts'
import { PATIENT, read, startServer, webFor } from './server.test-support.ts'

describe('addresses that lead inside', () => {
  it('are a long list', () => {
    expect(DIRECT_VECTORS.length).toBeGreaterThanOrEqual(100)
  })

  it('are refused in every spelling, and none of them makes a connection', async () => {
    await using server = await startServer()
    // A trick with a public name in it has to lead to that name, so that is where we look.
    await using web = webFor([], { lookup: async () => [{ address: '10.9.9.9', family: 4 }] })
    const outcomes = await Promise.all(
      DIRECT_VECTORS.map(async (vector) => {
        const url = vector.replaceAll('PORT', `${server.port}`)
        const [opened, texted] = await Promise.allSettled([web.open({ url }, PATIENT), web.text({ url }, PATIENT)])
        return [vector, outcomeOf(opened), outcomeOf(texted)]
      }),
    )
    expect(outcomes.filter(([, opened, texted]) => opened !== 'refused' || texted !== 'refused')).toEqual([])
    expect(server.connections).toBe(0)
    expect(web.figures().pool.created).toBe(0)
  })

  it('reach the server when its host and port are allowed, so the test above would see them', async () => {
    await using server = await startServer()
    await using web = webFor([server], { lookup: lookupAll })
    const spellings = ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '①②⑦.⓪.⓪.①', '127.0.0.1.']
    for (const host of spellings) {
      expect(await read(web, `http://${host}:${server.port}/`)).toMatchObject({ status: 200 })
    }
    expect(server.requests).toHaveLength(spellings.length)
  })

  it('are refused in any mixture of decimal, octal and hexadecimal, short or long', () => {
    const guard = new Guard([], new DnsCache(lookupAll, 0))
    const octet = fc.integer({ min: 0, max: 255 })
    const inside = fc.oneof(
      fc.tuple(fc.constantFrom(0, 10, 127), octet, octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
    )
    const spelling = fc.array(fc.constantFrom(10, 8, 16), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(
        inside,
        spelling,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        (octets, bases, partCount, hasDot) => {
          const host = spell(octets, bases, partCount) + (hasDot ? '.' : '')
          expect(() => guard.checkUrl(`http://${host}/`), host).toThrow(AddressRefusedError)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('are refused when what is given is no text at all', async () => {
    await using web = webFor([])
    for (const url of [undefined, null, 1, {}, ['http://127.0.0.1/'], new URL('http://127.0.0.1/')]) {
      await expect(web.open({ url: url as string }, PATIENT)).rejects.toMatchObject({ code: 'address-refused' })
    }
  })
})

function outcomeOf(result: PromiseSettledResult<unknown>): string {
  if (result.status === 'fulfilled') return 'answered'
  const { code, message } = result.reason as { code?: string; message: string }
  return code === 'address-refused' ? 'refused' : `${code}: ${message}`
}

/** An IPv4 address in `partCount` parts, the last of which stands for all octets that are left (WHATWG URL, IPv4 parser). */
function spell(octets: readonly number[], bases: readonly number[], partCount: number): string {
  const last = octets.slice(partCount - 1).reduce((number, octet) => number * 256 + octet, 0)
  const prefixes: Readonly<Record<number, string>> = { 8: '0', 10: '', 16: '0x' }
  const parts = [...octets.slice(0, partCount - 1), last]
  return parts.map((part, n) => `${prefixes[bases[n] ?? 10]}${part.toString(bases[n] ?? 10)}`).join('.')
}
