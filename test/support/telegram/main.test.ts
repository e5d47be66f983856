import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { Api } from 'grammy'
import { expect, it } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../../scripts/telegram-emulator.mjs', import.meta.url))

it('prints settings that work, and ends when told to', async () => {
  const args = [SCRIPT, '--bots', '3', '--channels', '2', '--port', '0', '--rates', 'real', '--latency', '5']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'close')
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  while (!said.includes('ADMIN_IDS=') || !said.endsWith('\n')) await once(child.stdout, 'data')
  const { BOT_API_ROOT = '', BOT_TOKEN_3 = '', CHAT_ID_2 = '', ...rest } = parseEnv(said)
  expect(Object.keys(rest).toSorted()).toEqual(['ADMIN_IDS', 'BOT_TOKEN', 'BOT_TOKEN_2', 'CHAT_ID'])
  const chat = await new Api(BOT_TOKEN_3, { apiRoot: BOT_API_ROOT }).getChat(CHAT_ID_2)
  expect(chat).toMatchObject({ id: Number(CHAT_ID_2), type: 'channel' })
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})
