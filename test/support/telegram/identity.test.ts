import { randomBytes } from 'node:crypto'
import { InputFile, InputMediaBuilder } from 'grammy'
import { describe, expect, it } from 'vitest'
import { botOf, channelOf, clientOf, download, linkOf, refusalOf } from './api-client.test-support.ts'
import { startTelegram } from './start-telegram.ts'

const file = (name = 'a.bin', bytes: Buffer = Buffer.from('content')) => new InputFile(bytes, name)

describe('ids', () => {
  it('are counted per channel, for all bots, people and service messages together', async () => {
    await using telegram = await startTelegram({ bots: 2, channels: 2 })
    const [one, two] = [channelOf(telegram), channelOf(telegram, 1)]
    const [first, second] = [clientOf(telegram), clientOf(telegram, 1)]
    const ids = [
      (await first.sendDocument(one, file())).message_id,
      (await second.sendDocument(one, file())).message_id,
      (await second.sendDocument(two, file())).message_id,
    ]
    telegram.happen({ what: 'post', chatId: one })
    await first.deleteMessage(one, 3)
    await first.pinChatMessage(one, 2)
    ids.push((await first.sendMessage(one, 'hello')).message_id)
    expect(ids).toEqual([2, 3, 2, 6])
    expect(
      telegram.messages(one).map(({ messageId, isService, isDeleted }) => [messageId, isService, isDeleted]),
    ).toEqual([
      [1, true, false],
      [2, false, false],
      [3, false, true],
      [4, false, false],
      [5, true, false],
      [6, false, false],
    ])
  })

  it('of private chats are counted per bot, whoever it talks to', async () => {
    await using telegram = await startTelegram({ bots: 2 })
    const [ann, bob] = [telegram.addUser(), telegram.addUser()]
    const [first, second] = [clientOf(telegram), clientOf(telegram, 1)]
    const ids = [
      (await first.sendMessage(ann.id, 'a')).message_id,
      (await first.sendMessage(bob.id, 'b')).message_id,
      (await second.sendMessage(ann.id, 'c')).message_id,
    ]
    expect(ids).toEqual([1, 2, 1])
  })

  it('of files are for one bot; their unique ids for all; equal bytes have different ones', async () => {
    await using telegram = await startTelegram({ bots: 2 })
    const chatId = channelOf(telegram)
    const sent = await clientOf(telegram).sendDocument(chatId, file())
    const again = await clientOf(telegram).sendDocument(chatId, file())
    const seen = await clientOf(telegram, 1).forwardMessage(chatId, chatId, sent.message_id)
    expect(again.document.file_unique_id).not.toBe(sent.document.file_unique_id)
    expect(seen.document?.file_unique_id).toBe(sent.document.file_unique_id)
    expect(seen.document?.file_id).not.toBe(sent.document.file_id)
    expect(sent.document.file_id).toMatch(/^[A-Za-z0-9_-]{70,100}$/)
    expect(seen).toMatchObject({
      forward_origin: { type: 'channel', message_id: 2, chat: { id: chatId } },
      sender_chat: { id: chatId },
    })
    expect(seen).not.toHaveProperty('from')
    expect((await download(telegram, 1, seen.document?.file_id ?? '')).status).toBe(200)
  })

  it("of another bot's file work sometimes, when luck is switched on", async () => {
    await using telegram = await startTelegram({ bots: 2, habits: { foreignFileIdLuck: 0.5 } })
    const { document } = await clientOf(telegram).sendDocument(channelOf(telegram), file())
    const asked = Array.from({ length: 40 }, () =>
      clientOf(telegram, 1)
        .getFile(document.file_id)
        .then(
          () => 'works',
          () => 'fails',
        ),
    )
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['works', 'fails']))
  })
})

describe('messages', () => {
  it('of several forwards and copies: only ids come back, missing ones are left out', async () => {
    await using telegram = await startTelegram({ channels: 2 })
    const api = clientOf(telegram)
    const [from, to] = [channelOf(telegram), channelOf(telegram, 1)]
    for (let count = 0; count < 3; count += 1) await api.sendDocument(from, file(), { caption: `${count}` })
    await api.deleteMessage(from, 3)
    expect(await api.forwardMessages(to, from, [2, 3, 4])).toEqual([{ message_id: 2 }, { message_id: 3 }])
    expect(await api.copyMessages(to, from, [2, 4])).toEqual([{ message_id: 4 }, { message_id: 5 }])
    expect(await api.copyMessage(to, from, 2, { caption: 'new' })).toEqual({ message_id: 6 })
    const seen = telegram.live(to).map(({ caption, isForward }) => [caption, isForward])
    expect(seen.slice(1)).toEqual([
      ['0', true],
      ['2', true],
      ['0', false],
      ['2', false],
      ['new', false],
    ])
    expect(await api.deleteMessages(to, [2, 3, 99])).toBe(true)
    expect(telegram.live(to).map(({ messageId }) => messageId)).toEqual([1, 4, 5, 6])
  })

  it('pinned: the newest sent is shown, not the one pinned last, and a person may pin too', async () => {
    await using telegram = await startTelegram({ habits: { pinServiceMessage: false } })
    const api = clientOf(telegram)
    const chatId = channelOf(telegram)
    for (const caption of ['old', 'new']) await api.sendDocument(chatId, file(), { caption })
    await api.pinChatMessage(chatId, 3)
    telegram.happen({ what: 'pin', chatId, messageId: 2 })
    const shown = async () => (await api.getChat(chatId)).pinned_message?.message_id
    expect(await shown()).toBe(3)
    telegram.happen({ what: 'delete-message', chatId, messageId: 3 })
    expect(await shown()).toBe(2)
    await api.unpinChatMessage(chatId)
    expect(await shown()).toBeUndefined()
    await expect(api.unpinChatMessage(chatId)).rejects.toThrow('message to unpin not found')
  })

  it('older than 48 hours can be deleted when that is switched on', async () => {
    await using telegram = await startTelegram({ habits: { deleteAgeLimitMs: null } })
    const chatId = channelOf(telegram)
    await clientOf(telegram).sendDocument(chatId, file())
    telegram.clock.jump(100 * 24 * 3600 * 1000)
    expect(await clientOf(telegram).deleteMessage(chatId, 2)).toBe(true)
  })

  it('in a public channel may be looked up by name by any bot, but not read', async () => {
    await using telegram = await startTelegram({ bots: 2, channels: 0 })
    telegram.addChannel({ username: 'public', members: [botOf(telegram)] })
    const outside = clientOf(telegram, 1)
    expect(await outside.getChat('@PUBLIC')).toMatchObject({ username: 'public', type: 'channel' })
    expect(await refusalOf(outside.sendMessage('@public', 'hello'))).toBe(
      '403 Forbidden: bot is not a member of the channel chat',
    )
  })

  it('beyond the horizon are gone, files too', async () => {
    await using telegram = await startTelegram({ habits: { horizon: 3 } })
    const api = clientOf(telegram)
    const chatId = channelOf(telegram)
    const { document } = await api.sendDocument(chatId, file())
    telegram.happen({ what: 'post', chatId, times: 2 })
    expect((await api.getFile(document.file_id)).file_path).toMatch(/^documents\/file_\d+\.bin$/)
    telegram.happen({ what: 'post', chatId })
    expect(await refusalOf(api.deleteMessage(chatId, 2))).toBe('400 Bad Request: message to delete not found')
    expect(await refusalOf(api.getFile(document.file_id))).toContain('temporarily unavailable')
  })
})

describe('documents', () => {
  it('are taken for what they look like, unless that is switched off', async () => {
    await using telegram = await startTelegram()
    const api = clientOf(telegram)
    const chatId = channelOf(telegram)
    const kinds = async (name: string, bytes = 'x', off = false) => {
      const sent = await api.sendDocument(chatId, file(name, Buffer.from(bytes)), {
        disable_content_type_detection: off,
      })
      return ['document', 'video', 'audio', 'animation'].filter((kind) => kind in sent)
    }
    expect(await kinds('a.mp3')).toEqual(['audio'])
    expect(await kinds('a.gif')).toEqual(['document', 'animation'])
    expect(await kinds('a.mp4')).toEqual(['document', 'animation'])
    expect(await kinds('a.mp4', '...hdlr....soun...')).toEqual(['video'])
    expect(await kinds('a.bin')).toEqual(['document'])
    for (const name of ['a.mp3', 'a.gif', 'a.mp4']) expect(await kinds(name, 'x', true)).toEqual(['document'])
  })

  it('come in groups and as new media of a message', async () => {
    await using telegram = await startTelegram()
    const api = clientOf(telegram)
    const chatId = channelOf(telegram)
    const group = await api.sendMediaGroup(chatId, [
      InputMediaBuilder.document(file('a.bin'), { caption: 'a' }),
      InputMediaBuilder.document(file('b.bin', Buffer.from('other'))),
    ])
    expect(group.map(({ message_id, caption }) => [message_id, caption])).toEqual([
      [2, 'a'],
      [3, undefined],
    ])
    await api.editMessageMedia(chatId, 3, InputMediaBuilder.document(file('c.bin', Buffer.from('changed'))))
    expect(telegram.live(chatId).map(({ fileName, byteLength }) => [fileName, byteLength])).toEqual([
      [null, null],
      ['a.bin', 7],
      ['c.bin', 7],
    ])
  })

  it.each([false, true])('give ranges only when that is switched on: %s', async (ranges) => {
    await using telegram = await startTelegram({ habits: { ranges } })
    const bytes = randomBytes(100_000)
    const { document } = await clientOf(telegram).sendDocument(channelOf(telegram), file('a.bin', bytes))
    const { file_path = '' } = await clientOf(telegram).getFile(document.file_id)
    const answer = await fetch(linkOf(telegram, 0, file_path), { headers: { Range: 'bytes=70000-70009' } })
    const body = Buffer.from(await answer.arrayBuffer())
    expect(answer.status).toBe(ranges ? 206 : 200)
    expect(body.equals(ranges ? bytes.subarray(70_000, 70_010) : bytes)).toBe(true)
  })

  it('lie on disk as well as in memory', async () => {
    await using telegram = await startTelegram({ onDisk: true })
    const bytes = randomBytes(3_000_000)
    const { document } = await clientOf(telegram).sendDocument(channelOf(telegram), file('a.bin', bytes))
    const answer = await download(telegram, 0, document.file_id)
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
  })
})

describe('calls', () => {
  const FORM = 'application/x-www-form-urlencoded'
  const FORMS: readonly (readonly [string, string, string | null, string | null])[] = [
    ['a query', 'sendMessage?chat_id=CHAT&text=hello', null, null],
    ['a query by POST, in another case', 'SENDMESSAGE?chat_id=CHAT&text=hello', FORM, ''],
    ['the test path', 'test/sendMessage?chat_id=CHAT&text=hello', null, null],
    ['a form', 'sendMessage', FORM, 'chat_id=CHAT&text=hello'],
    ['JSON', 'sendMessage', 'application/json', '{"chat_id":CHAT,"text":"hello"}'],
  ]

  it.each(FORMS)('are taken as %s', async (_, path, type, body) => {
    await using telegram = await startTelegram()
    const withChat = (text: string) => text.replace('CHAT', String(channelOf(telegram)))
    const url = `${telegram.root}/bot${botOf(telegram).token}/${withChat(path)}`
    const post = { method: 'POST', headers: { 'Content-Type': type ?? '' }, body: withChat(body ?? '') }
    const answer = await fetch(url, type === null ? {} : post)
    expect(await answer.json()).toMatchObject({ ok: true, result: { message_id: 2, text: 'hello' } })
  })
})
