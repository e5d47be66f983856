import { expect, it } from 'vitest'
import { nameOfBot } from './name-of-bot.ts'

it.each([
  ['BOT_TOKEN', 'bot 1'],
  ['BOT_TOKEN_2', 'bot 2'],
  ['BOT_TOKEN_10', 'bot 10'],
  ['MULTI_BOT_CONFIG[0]', 'bot 1'],
  ['MULTI_BOT_CONFIG[9]', 'bot 10'],
  ['MULTI_TOKEN1', 'streaming bot 1'],
  ['MULTI_TOKEN12', 'streaming bot 12'],
])('the bot of %s is called %s', (setting, name) => {
  expect(nameOfBot(setting)).toBe(name)
})
