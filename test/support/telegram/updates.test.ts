import { describe, expect, it } from 'vitest'
import { botOf, channelOf, clientOf, refusalOf } from './api-client.test-support.ts'
import { startTelegram } from './start-telegram.ts'

/** Of the emulator's clock in one of the wall's: polls and holds of seconds are over soon. */
const SPEED = 100

describe('updates', () => {
  it('tell a bot what people write, once it has asked for the next', async () => {
    await using telegram = await startTelegram({ speed: SPEED })
    const api = clientOf(telegram)
    const { id: userId } = telegram.addUser([])
    const botId = botOf(telegram).id
    const polling = api.getUpdates({ timeout: 50 })
    telegram.happen({ what: 'write-to-bot', botId, userId, text: '/start' })
    const [update] = await polling
    expect(update).toMatchObject({ message: { message_id: 1, text: '/start', from: { id: userId } } })
    expect(await api.getUpdates()).toHaveLength(1)
    expect(await api.getUpdates({ offset: (update?.update_id ?? 0) + 1 })).toEqual([])
    expect((await api.sendMessage(userId, 'Hello')).message_id).toBe(2)
  })

  it('tell of forwards, files, buttons and posts of people, not of own posts', async () => {
    await using telegram = await startTelegram()
    const api = clientOf(telegram)
    const { id: userId } = telegram.addUser()
    const botId = botOf(telegram).id
    const chatId = channelOf(telegram)
    await api.sendMessage(chatId, 'own')
    telegram.happen({ what: 'post', chatId, text: 'a stranger' })
    telegram.happen({ what: 'forward-to-bot', botId, userId, post: { chatId, messageId: 3 } })
    telegram.happen({ what: 'send-file-to-bot', botId, userId, file: { name: 'a.srt', base64: 'YQ==' } })
    telegram.happen({ what: 'press-button', botId, userId, messageId: 2, data: 'more' })
    const updates = await api.getUpdates()
    expect(updates).toMatchObject([
      { channel_post: { text: 'a stranger', message_id: 3 } },
      { message: { text: 'a stranger', forward_from_message_id: 3 } },
      { message: { document: { file_name: 'a.srt', file_size: 1 } } },
      { callback_query: { data: 'more', message: { message_id: 2 } } },
    ])
    expect(await api.answerCallbackQuery(updates[3]?.callback_query?.id ?? '')).toBe(true)
    await api.getUpdates({ allowed_updates: ['message'] })
    telegram.happen({ what: 'post', chatId })
    expect(await api.getUpdates({ offset: (updates[3]?.update_id ?? 0) + 1 })).toEqual([])
  })

  it('go to one poller only: the older is told so, the newer held back', async () => {
    await using telegram = await startTelegram({ speed: SPEED })
    const api = clientOf(telegram)
    const older = refusalOf(api.getUpdates({ timeout: 50 }))
    while (telegram.journal.of('getUpdates').length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const newer = api.getUpdates({ timeout: 1 })
    expect(await older).toBe(
      '409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    )
    expect(await newer).toEqual([])
    const [, second] = telegram.journal.of('getUpdates')
    expect((second?.endedMs ?? 0) - (second?.arrivedMs ?? 0)).toBeGreaterThanOrEqual(3000)
  })

  it('do not go to pollers while a webhook is set', async () => {
    await using telegram = await startTelegram({ speed: SPEED })
    const api = clientOf(telegram)
    const polling = refusalOf(api.getUpdates({ timeout: 50 }))
    while (telegram.journal.of('getUpdates').length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await api.setWebhook('https://example.org/hook')
    expect(await polling).toBe('409 Conflict: terminated by setWebhook request')
    expect(await refusalOf(api.getUpdates())).toBe(
      "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
    expect((await api.getWebhookInfo()).url).toBe('https://example.org/hook')
    await api.deleteWebhook()
    expect(await api.getUpdates()).toEqual([])
  })
})
