import { describe, expect, it } from 'vitest'
import { figuresOf } from '#adapters/telegram/channel-figures.ts'
import { describeTelegram, problemsOfReplicas, problemsOfTelegram } from './describe-telegram.ts'

const STATUS = { bots: [], queued: 0, waiting: null }
/** Channels that have used up so many of 1000 messages. */
const used = (...tops: number[]) => {
  const known = tops.map((topMessageId, at) => ({ chatId: -at - 1, messages: 1, bytes: 1e6, topMessageId }))
  const chatIds = known.map(({ chatId }) => chatId)
  return figuresOf(known, chatIds, 1000)
}

describe('channels', () => {
  it('tell what they hold, how far they are filled, and what still fits', () => {
    const [first, second] = describeTelegram(STATUS, used(600, 100), true).channels
    expect(first).toEqual({
      chatId: -1,
      messages: 1,
      bytes: 1e6,
      usedMessages: 600,
      maxMessages: 1000,
      isNearlyFull: true,
      isFull: false,
      forecastBytes: 666_667,
    })
    expect(second).toMatchObject({ chatId: -2, usedMessages: 100, isNearlyFull: false, forecastBytes: 9e6 })
  })

  it.each<[string, number[], string[]]>([
    ['all have room', [0, 599], []],
    ['one still has room', [600, 599], []],
    ['a full one has a successor', [1000, 10], ['Channel -1 takes no more messages.']],
    ['the last one is nearly full', [600], ['Channel -1 has used 600 of 1000 messages, and no other one has room.']],
    [
      'nothing has room',
      [1200, 700],
      ['Channel -1 takes no more messages.', 'Channel -2 has used 700 of 1000 messages, and no other one has room.'],
    ],
  ])('are a matter for a person or not when %s', (_when, tops, messages) => {
    const problems = problemsOfTelegram(STATUS, used(...tops))
    expect(problems.map(({ message }) => message)).toEqual(messages)
    for (const { fix } of problems) expect(fix).toContain('CHAT_ID_2')
  })
})

it('fewer channels than copies are told of: the settings cannot see that two names are one channel', () => {
  expect(problemsOfReplicas(2, [-1, -2])).toEqual([])
  expect(problemsOfReplicas(3, [-1, -2])).toEqual([
    {
      message: expect.stringMatching(/^REPLICAS=3, but .* 2 different channels/),
      fix: expect.stringContaining('CHAT_ID_2'),
    },
  ])
})
