import { InputFile } from 'grammy'
import { describe, expect, it } from 'vitest'
import { botOf, channelOf, clientOf } from './api-client.test-support.ts'
import { type EmulatedTelegram, startTelegram } from './start-telegram.ts'

describe('another process', () => {
  it('sees over HTTP what there is, and makes things happen and go wrong', async () => {
    await using telegram = await startTelegram({ speed: 0.01 })
    const chatId = channelOf(telegram)
    const botId = botOf(telegram).id
    const send = () => clientOf(telegram).sendDocument(chatId, new InputFile(Buffer.from('abc'), 'a.bin'))

    await post(telegram, 'faults', [{ method: 'sendDocument', fault: { do: 'flood', retryAfterSec: 7 } }])
    await expect(send()).rejects.toThrow('retry after 7')
    await post(telegram, 'happen', [{ what: 'jump', ms: 7000 }])
    await send()
    await post(telegram, 'happen', { what: 'post', chatId, text: 'hello' })
    await post(telegram, 'happen', { what: 'delete-message', chatId, messageId: 3 })

    expect(await look(telegram, `messages?chat=${chatId}`)).toMatchObject([
      { messageId: 1, isService: true },
      { messageId: 2, byteLength: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' },
    ])
    expect(await look(telegram, `messages?chat=${chatId}&all=1`)).toHaveLength(3)
    expect(await look(telegram, 'calls?method=senddocument')).toMatchObject([
      { status: 429, botId, chatId, fault: 'flood' },
      { status: 200, messageIds: [2] },
    ])
    expect(await look(telegram, 'early')).toEqual([])
    expect(await look(telegram, 'state')).toMatchObject({
      bots: [{ id: botId, revoked: false }],
      chats: [{ id: chatId, lastMessageId: 3, members: [{ memberId: botId, status: 'administrator' }] }],
      calls: 2,
    })
    await post(telegram, 'reset')
    expect(await look(telegram, 'calls')).toEqual([])
  })

  it('is told when it asks for what there is not', async () => {
    await using telegram = await startTelegram()
    const answers = await Promise.all([
      fetch(`${telegram.root}/control/weather`),
      fetch(`${telegram.root}/control/happen`, { method: 'POST', body: '{"what":"rain"}' }),
      fetch(`${telegram.root}/control/happen`, { method: 'POST', body: '{"what":"kick","botId":1,"chatId":2}' }),
      fetch(`${telegram.root}/control/faults`, { method: 'POST', body: 'no JSON' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([404, 400, 400, 400])
  })
})

async function look(telegram: EmulatedTelegram, path: string): Promise<unknown> {
  return await (await fetch(`${telegram.root}/control/${path}`)).json()
}

async function post(telegram: EmulatedTelegram, path: string, body?: unknown): Promise<void> {
  const answer = await fetch(`${telegram.root}/control/${path}`, { method: 'POST', body: JSON.stringify(body) ?? '' })
  expect(answer.status).toBe(200)
}
