import { once } from 'node:events'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { selfSigned } from './self-signed.test-support.ts'
import { PATIENT, read, webFor } from './server.test-support.ts'

const { key, cert } = selfSigned('DNS:film.example,IP:127.0.0.1')
const server = createServer({ key, cert }, (request, response) => {
  const { servername, isSessionReused } = request.socket as import('node:tls').TLSSocket & {
    servername: string | false
  }
  response.setHeader('connection', request.url === '/close' ? 'close' : 'keep-alive')
  response.end(`${servername || 'no name'}, ${isSessionReused.call(request.socket) ? 'known' : 'new'}`)
})
let port = 0
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close().closeAllConnections())

const local = {
  allowHosts: [{ host: '127.0.0.1' }, { host: 'film.example' }, { host: 'film.example.' }, { host: 'other.example' }],
  lookup: async () => [{ address: '127.0.0.1', family: 4 as const }],
}

describe('TLS', () => {
  it('refuses a certificate that nobody trusts, and says so', async () => {
    await using web = webFor([], local)
    const asked = web.open({ url: `https://film.example:${port}/` }, PATIENT)
    await expect(asked).rejects.toMatchObject({
      code: 'remote-unreachable',
      message: expect.stringMatching(/certificate/),
    })
    expect(web.figures().pool).toMatchObject({ active: 0, created: 0 })
  })

  it('says so where none is spoken', async () => {
    await using web = webFor([], local)
    const plain = createPlainServer((_request, response) => response.end())
    await once(plain.listen(0, '127.0.0.1'), 'listening')
    try {
      const { port: plainPort } = plain.address() as AddressInfo
      const asked = web.open({ url: `https://127.0.0.1:${plainPort}/` }, PATIENT)
      await expect(asked).rejects.toMatchObject({
        code: 'remote-unreachable',
        why: expect.stringMatching(/with http\./),
      })
    } finally {
      plain.close().closeAllConnections()
    }
  })

  it('does so whatever the environment says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    await using web = webFor([], local)
    const asked = web.open({ url: `https://film.example:${port}/` }, PATIENT)
    await expect(asked).rejects.toMatchObject({ message: expect.stringMatching(/certificate/) })
    vi.unstubAllEnvs()
  })

  it('refuses a trusted certificate for another name', async () => {
    await using web = webFor([], { ...local, ca: cert })
    const asked = web.open({ url: `https://other.example:${port}/` }, PATIENT)
    await expect(asked).rejects.toMatchObject({
      code: 'remote-unreachable',
      message: expect.stringMatching(/certificate/),
    })
  })

  it('talks to the name it asked for, names no address, and resumes sessions', async () => {
    await using web = webFor([], { ...local, ca: cert })
    const get = async (address: string) => (await read(web, address)).bytes.toString()
    expect(await get(`https://film.example:${port}/close`)).toBe('film.example, new')
    expect(await get(`https://film.example:${port}/close`)).toBe('film.example, known')
    expect(await get(`https://film.example.:${port}/close`)).toBe('film.example, known')
    expect(await get(`https://127.0.0.1:${port}/close`)).toBe('no name, new')
  })

  it('makes a server unreachable that does not speak it', async () => {
    await using web = webFor([], { ...local, ca: cert })
    const asked = web.open({ url: `http://film.example:${port}/` }, PATIENT)
    await expect(asked).rejects.toMatchObject({ code: 'remote-unreachable' })
  })
})
