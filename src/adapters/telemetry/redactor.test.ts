import { expect, it } from 'vitest'
import { createRedactor } from './redactor.ts'

const token = `123456789:${'AbC-d_'.repeat(6)}`

it.each([
  ['a bot token nobody configured', `GET https://api.telegram.org/bot${token}/getMe failed`, 'AbC-d_'],
  ['a configured value', 'password is hunter2!"x', 'hunter2'],
  ['a configured value in an address', `https://x/?p=${encodeURIComponent('hunter2!"x')}`, 'hunter2'],
  ['a configured value in JSON', JSON.stringify({ p: 'hunter2!"x' }), 'hunter2'],
  ['a signed path', 'GET /s/1764000000.read.k1.0123456789abcdef/playlist/public/x.m3u8', '0123456789abcdef'],
])('takes out %s', (_, line, secret) => {
  const clean = createRedactor(['hunter2!"x'])(line)
  expect(clean).not.toContain(secret)
  expect(clean).toContain('***')
})

it('leaves ordinary lines alone', () => {
  const line = '{"level":"info","msg":"video 4fJx ready","ms":1234}'
  expect(createRedactor(['abc'])(line)).toBe(line)
})
