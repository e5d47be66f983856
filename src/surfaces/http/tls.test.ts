import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FILM_ID } from '#features/playback/film.test-support.ts'
import { startServer, usualFilm } from './http.test-support.ts'

let dir: string
const paths = () => ({ certPath: join(dir, 'cert.pem'), keyPath: join(dir, 'key.pem') })
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'telereel-tls-'))
  const { certPath, keyPath } = paths()
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-keyout', keyPath, '-out', certPath]
  await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject])
})
afterAll(() => rm(dir, { recursive: true, force: true }))

function askSecurely(port: number, path: string) {
  return new Promise<{ status: number; length: number; hsts: unknown }>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false }, (response) => {
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.byteLength
      })
      const hsts = response.headers['strict-transport-security']
      response.once('end', () => resolve({ status: response.statusCode ?? 0, length, hsts }))
    }).once('error', reject)
  })
}

describe('a certificate of our own', () => {
  it('serves media and API over TLS, and links say so', async () => {
    await using server = await startServer(usualFilm(), { config: { tls: paths() } })
    expect(await askSecurely(server.port, `/segment/${FILM_ID}/v0-00000.m4s`)).toMatchObject({ length: 300_000 })
    const status = await askSecurely(server.port, '/api/status')
    expect(status).toMatchObject({ status: 200, hsts: expect.stringContaining('max-age') })
    await expect(server.ask('/health')).rejects.toThrow()
  })

  it('that cannot be read stops the start', async () => {
    const tls = { ...paths(), keyPath: join(dir, 'gone.pem') }
    await expect(startServer(usualFilm(), { config: { tls } })).rejects.toMatchObject({
      code: 'invalid-input',
      why: expect.stringContaining('gone.pem'),
      fix: expect.stringContaining('SSL_KEY_PATH'),
    })
  })
})
