import { expect, it } from 'vitest'
import { Debug } from '#surfaces/http/contract/debug.ts'
import { startServer } from '../support/start-server.ts'

/** Of every kind of secret one that is found again wherever it got. */
const SECRETS = {
  BOT_TOKEN: `123456789:${'Canary_A'.repeat(4)}abc`,
  MULTI_TOKEN1: `987654321:${'Canary_B'.repeat(4)}abc`,
  API_HASH: 'cafebabe0123456789abcdefcafebabe',
  ADMIN_PASSWORD: 'canary & "song"',
  R2_ACCESS_KEY: 'canary-access-key',
  R2_SECRET_KEY: 'canary-secret-key',
  REDIS_PASSWORD: 'canary-of-redis',
}

it('what a server tells of itself holds its settings and none of its secrets', async () => {
  await using server = await startServer({ env: { ...SECRETS, STORE: 'disk', API_ID: '12345', CACHE_TTL: '1234' } })
  const texts = await Promise.all(
    ['/debug', '/status', '/api/status', '/metrics', '/health', '/cache/stats'].map(async (path) => {
      const answer = await fetch(server.url + path)
      expect([path, answer.status]).toEqual([path, 200])
      return await answer.text()
    }),
  )
  const debug = Debug.parse(JSON.parse(texts[0] ?? ''))
  const shown = (name: string) => debug.settings.find((row) => row.name === name)
  expect(shown('CACHE_TTL')).toMatchObject({ value: '1234', origin: 'environment', problem: null })
  expect(shown('ADMIN_PASSWORD')).toMatchObject({ value: '***', origin: 'environment' })
  expect(debug.status.store.kind).toBe('disk')
  const told = texts.join('\n') + server.log()
  for (const secret of Object.values(SECRETS)) {
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
      expect(told).not.toContain(form)
    }
  }
})
