import { describe, expect, it } from 'vitest'
import type { Lookup } from './dns-cache.ts'
import { PATIENT, read, startServer, webFor } from './server.test-support.ts'

const v4 = (...addresses: string[]) => addresses.map((address) => ({ address, family: 4 as const }))

describe('names', () => {
  it.each([
    ['one address inside', v4('127.0.0.1')],
    ['a public and an inside address', v4('93.184.215.14', '127.0.0.1')],
    ['an inside and a public address', v4('10.0.0.1', '93.184.215.14')],
    ['IPv6 inside beside public IPv4', [...v4('93.184.215.14'), { address: '::1', family: 6 as const }]],
    ['a metadata service', v4('169.254.169.254')],
    ['a wrapped address inside', [{ address: '::ffff:127.0.0.1', family: 6 as const }]],
    ['an address with a zone', [{ address: 'fe80::1%lo', family: 6 as const }]],
  ])('with %s are refused', async (_, answers) => {
    await using server = await startServer()
    await using web = webFor([server], { lookup: async () => answers })
    const url = `http://film.example:${server.port}/`
    await expect(web.open({ url }, PATIENT)).rejects.toMatchObject({ code: 'address-refused' })
    expect(server.connections).toBe(0)
  })

  it('that cannot be resolved are unreachable, not let pass', async () => {
    await using web = webFor([])
    const failure = { code: 'remote-unreachable', retry: 'sometimes' }
    await expect(web.open({ url: 'http://film.example/' }, PATIENT)).rejects.toMatchObject(failure)
    await using silent = webFor([], { lookup: async () => [] })
    await expect(silent.open({ url: 'http://film.example/' }, PATIENT)).rejects.toMatchObject(failure)
  })

  it('are connected to at the address that was checked, whatever the next answer is', async () => {
    await using server = await startServer()
    let asked = 0
    const lookup: Lookup = async () => {
      asked++
      return asked === 1 ? v4('127.0.0.1') : v4('127.0.0.99')
    }
    const allowHosts = [{ host: 'film.example' }]
    await using web = webFor([], { lookup, allowHosts })
    expect(await read(web, `http://film.example:${server.port}/`)).toMatchObject({ status: 200 })
    expect(asked).toBe(1)
    expect(server.requests[0]?.headers.host).toBe(`film.example:${server.port}`)
  })

  it('are judged anew when their answer is remembered', async () => {
    await using server = await startServer()
    await using other = await startServer()
    let asked = 0
    const lookup: Lookup = async () => {
      asked++
      return v4('127.0.0.1')
    }
    await using web = webFor([], { lookup, allowHosts: [{ host: 'film.example', port: server.port }] })
    expect(await read(web, `http://film.example:${server.port}/`)).toMatchObject({ status: 200 })
    const elsewhere = web.open({ url: `http://film.example:${other.port}/` }, PATIENT)
    await expect(elsewhere).rejects.toMatchObject({ code: 'address-refused' })
    expect([asked, other.connections]).toEqual([1, 0])
  })

  it('are asked for once by many, and remembered as long as the setting says', async () => {
    let asked = 0
    const lookup: Lookup = async () => {
      asked++
      return v4('127.0.0.1')
    }
    await using server = await startServer((_, response) => response.setHeader('connection', 'close').end('ok'))
    await using web = webFor([], { lookup, allowHosts: [{ host: 'film.example' }] })
    const url = `http://film.example:${server.port}/`
    await Promise.all(Array.from({ length: 8 }, () => read(web, url)))
    await read(web, url)
    expect(asked).toBe(1)
    expect(web.figures().dns).toEqual({ entries: 1, hits: 8, misses: 1 })
    const pool = { maxConnections: 4, maxKeepAlive: 2, dnsTtlSec: 0, timeoutSec: 1, connectTimeoutSec: 1 }
    await using forgetful = webFor([], { lookup, allowHosts: [{ host: 'film.example' }], pool })
    await read(forgetful, url)
    await read(forgetful, url)
    expect(asked).toBe(3)
  })
})

describe('the allow-list', () => {
  it('goes by the host as written, not by what it resolves to', async () => {
    await using server = await startServer()
    await using web = webFor([server], { lookup: async () => v4('127.0.0.1') })
    expect(await read(web, server.url)).toMatchObject({ status: 200 })
    const other = web.open({ url: `http://camera.example:${server.port}/` }, PATIENT)
    await expect(other).rejects.toMatchObject({ code: 'address-refused' })
  })

  it('with a port means that port only', async () => {
    await using server = await startServer()
    await using other = await startServer()
    await using web = webFor([server])
    await expect(web.open({ url: other.url }, PATIENT)).rejects.toMatchObject({ code: 'address-refused' })
    await using both = webFor([], { allowHosts: [{ host: '127.0.0.1' }] })
    expect(await read(both, server.url)).toMatchObject({ status: 200 })
    expect(await read(both, other.url)).toMatchObject({ status: 200 })
    expect(other.connections).toBe(1)
  })

  it('does not hold for sub-domains, nor for names that end alike', async () => {
    await using web = webFor([], { allowHosts: [{ host: 'camera.lan' }], lookup: async () => v4('10.0.0.7') })
    for (const host of ['sub.camera.lan', 'mycamera.lan', 'camera.lan.example', 'camera']) {
      await expect(web.open({ url: `http://${host}/` }, PATIENT)).rejects.toMatchObject({ code: 'address-refused' })
    }
  })

  it('opens ports of other protocols when they are named', async () => {
    const allowed = webFor([], { allowHosts: [{ host: '127.0.0.1', port: 1 }] })
    await expect(allowed.open({ url: 'http://127.0.0.1:1/' }, PATIENT)).rejects.toMatchObject({
      code: 'remote-unreachable',
    })
    const closed = webFor([], { lookup: async () => v4('93.184.215.14') })
    for (const port of [22, 25, 6379, 6667]) {
      const asked = closed.open({ url: `http://film.example:${port}/` }, PATIENT)
      await expect(asked).rejects.toMatchObject({ code: 'address-refused' })
    }
  })
})
