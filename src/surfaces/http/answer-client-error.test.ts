import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Problem } from './contract/problem.ts'
import { startServer, type TestServer, usualFilm } from './http.test-support.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer(usualFilm())
})
afterAll(() => server.close())

/** All that comes back before the server ends the connection. */
function say(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1')
    let answer = ''
    socket.on('data', (bytes) => {
      answer += bytes
    })
    socket.once('close', () => resolve(answer))
    socket.once('error', reject)
    socket.write(text)
  })
}

it.each([
  ['a head that is none', 'GET / HTTP/1.1\r\nnot a header\r\n\r\n', 400, 'bad-request'],
  ['a method that nobody knows', 'BREW /pot HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 400, 'bad-request'],
  ['noise', '\u0016\u0003\u0001\r\n\r\n', 400, 'bad-request'],
  ['a head without end', `GET / HTTP/1.1\r\nCookie: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'head-too-large'],
])('%s is refused in the form of all answers, and the connection ends', async (_what, text, status, code) => {
  const [head = '', body = ''] = (await say(text)).split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} \\w`))
  expect(head).toContain('Content-Type: application/problem+json')
  expect(Problem.parse(JSON.parse(body))).toMatchObject({ status, code })
  expect((await server.ask('/health')).status).toBe(200)
})
