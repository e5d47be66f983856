import { describe, expect, it } from 'vitest'
import { PATIENT, read, startServer, webFor } from './server.test-support.ts'

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('%i is followed, and the answer tells where it came from', async (status) => {
    await using server = await startServer((request, response) => {
      if (request.url === '/a/b') response.writeHead(status, { location: '../c?x=1' }).end('moved')
      else response.end('here')
    })
    await using web = webFor([server])
    await using answer = await web.open({ url: `${server.url}/a/b` }, PATIENT)
    expect(answer.url).toBe(`${server.url}/c?x=1`)
    expect(Buffer.concat(await Array.fromAsync(answer.body)).toString()).toBe('here')
  })

  it.each([
    'http://127.0.0.2/',
    'http://[::1]/',
    'http://0x7f000001/',
    '//localhost/',
    'http://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
    'gopher://127.0.0.1/',
    'http://user:pass@film.example/',
    'http://[64:ff9b::7f00:1]/',
  ])('inward to %s are refused', async (location) => {
    await using server = await startServer((_, response) => response.writeHead(302, { location }).end())
    await using web = webFor([server])
    await expect(web.open({ url: server.url }, PATIENT)).rejects.toMatchObject({ code: 'address-refused' })
  })

  it('inherit no permission: what is not on the list itself is refused', async () => {
    await using inside = await startServer()
    await using camera = await startServer((_, response) => response.writeHead(302, { location: inside.url }).end())
    await using web = webFor([camera])
    await expect(web.open({ url: camera.url }, PATIENT)).rejects.toMatchObject({ code: 'address-refused' })
    expect(inside.connections).toBe(0)
    await using both = webFor([camera, inside])
    expect(await read(both, camera.url)).toMatchObject({ status: 200 })
  })

  it('are refused at the end of a chain as at its beginning', async () => {
    await using server = await startServer((request, response) => {
      const step = Number(request.url?.slice(1) || 0)
      response.writeHead(302, { location: step < 3 ? `/${step + 1}` : 'http://10.0.0.1/' }).end()
    })
    await using web = webFor([server])
    await expect(web.open({ url: server.url }, PATIENT)).rejects.toMatchObject({ code: 'address-refused' })
    expect(server.requests.map(({ url }) => url)).toEqual(['/', '/1', '/2', '/3'])
  })

  it('end after five', async () => {
    await using server = await startServer((request, response) => {
      const step = Number(request.url?.slice(1) || 0)
      if (step < 5 || request.headers.accept === 'loop') response.writeHead(302, { location: `/${step + 1}` }).end()
      else response.end('at last')
    })
    await using web = webFor([server])
    expect((await read(web, server.url)).bytes.toString()).toBe('at last')
    const endless = web.open({ url: server.url, identity: { headers: { accept: 'loop' }, hosts: [] } }, PATIENT)
    await expect(endless).rejects.toMatchObject({ code: 'remote-refused', retry: 'never', status: 302 })
  })

  it('without a place to go to are answers', async () => {
    await using server = await startServer((_, response) => response.writeHead(302).end('nowhere'))
    await using web = webFor([server])
    expect(await read(web, server.url)).toMatchObject({ status: 302 })
  })

  it('that bring endless bodies along are not read on', async () => {
    await using server = await startServer((request, response) => {
      if (request.url === '/there') return response.end('here')
      response.writeHead(302, { location: '/there' })
      const timer = setInterval(() => response.write(request.url === '/fast' ? Buffer.alloc(50_000) : 'x'), 5)
      response.once('close', () => clearInterval(timer))
    })
    await using web = webFor([server])
    for (const path of ['/fast', '/slow'])
      expect((await read(web, `${server.url}${path}`)).bytes.toString()).toBe('here')
    await expect.poll(() => web.figures().pool.active, { timeout: 5000 }).toBe(0)
  })

  it('use the connection again, and leave none behind', async () => {
    await using server = await startServer((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/there' }).end('x'.repeat(1000))
      else response.end('here')
    })
    await using web = webFor([server])
    for (let n = 0; n < 5; n++) await read(web, server.url)
    expect(web.figures().pool.active).toBe(0)
    expect(server.connections).toBeLessThanOrEqual(2)
  })
})
