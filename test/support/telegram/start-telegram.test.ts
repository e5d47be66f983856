import { randomBytes } from 'node:crypto'
import { Api, InputFile } from 'grammy'
import { describe, expect, it } from 'vitest'
import { type EmulatedTelegram, startTelegram } from './start-telegram.ts'

describe('an emulated Telegram, seen by grammY', () => {
  it('stores a document, and gives it back to the bot that asks with its own id', async () => {
    await using telegram = await startTelegram({ bots: 2 })
    const [first, second] = [clientOf(telegram, 0), clientOf(telegram, 1)]
    const chatId = telegram.channels[0]?.id ?? 0
    const bytes = randomBytes(3_000_000)

    const sent = await first.sendDocument(chatId, new InputFile(bytes, 'a.bin'), { caption: 'one' })
    expect(sent).toMatchObject({ message_id: 2, caption: 'one', document: { file_size: bytes.length } })

    const forwarded = await second.forwardMessage(chatId, chatId, sent.message_id)
    const document = forwarded.document ?? sent.document
    expect(forwarded.message_id).toBe(3)
    expect(document.file_unique_id).toBe(sent.document.file_unique_id)
    expect(document.file_id).not.toBe(sent.document.file_id)

    const { file_path } = await second.getFile(document.file_id)
    const answer = await fetch(`${telegram.root}/file/bot${telegram.bots[1]?.token}/${file_path}`)
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)

    await second.deleteMessage(chatId, 3)
    expect(telegram.live(chatId).map(({ messageId }) => messageId)).toEqual([1, 2])

    await first.pinChatMessage(chatId, 2)
    expect((await second.getChat(chatId)).pinned_message).toMatchObject({ message_id: 2, caption: 'one' })
    expect(await second.getChatMember(chatId, telegram.bots[1]?.id ?? 0)).toMatchObject({ can_post_messages: true })
    expect(await first.editMessageCaption(chatId, 2, { caption: 'two' })).toMatchObject({ caption: 'two' })
  })
})

function clientOf(telegram: EmulatedTelegram, index: number): Api {
  return new Api(telegram.bots[index]?.token ?? '', { apiRoot: telegram.root })
}
