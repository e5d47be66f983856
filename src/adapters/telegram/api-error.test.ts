import { describe, expect, it } from 'vitest'
import { errorOfAnswer, errorOfFileLink, type TelegramErrorKind } from './api-error.ts'
import { readAnswer } from './api-transport.ts'

type Row = readonly [status: number, description: string, kind: TelegramErrorKind, sent: 'no' | 'unknown']

/** Every text of telegram.md §3 and its corrections. */
const TEXTS: readonly Row[] = [
  [400, 'Bad Request: file is too big', 'too-large', 'no'],
  [400, 'Bad Request: invalid file_id', 'stale-file', 'no'],
  [400, 'Bad Request: file_id not specified', 'stale-file', 'no'],
  [400, 'Bad Request: wrong file_id or the file is temporarily unavailable', 'stale-file', 'no'],
  [400, 'Bad Request: wrong file identifier/HTTP URL specified', 'stale-file', 'no'],
  [400, 'Bad Request: wrong remote file identifier specified: Wrong character in the string', 'stale-file', 'no'],
  [400, 'Bad Request: chat not found', 'no-access', 'no'],
  [400, 'Bad Request: chat_id is empty', 'no-access', 'no'],
  [400, 'Bad Request: message to forward not found', 'not-found', 'no'],
  [400, 'Bad Request: message to copy not found', 'not-found', 'no'],
  [400, 'Bad Request: message to edit not found', 'not-found', 'no'],
  [400, 'Bad Request: message to delete not found', 'not-found', 'no'],
  [400, "Bad Request: message can't be deleted", 'refused', 'no'],
  [400, 'Bad Request: there is no document in the request', 'refused', 'no'],
  [400, 'Bad Request: message identifier is not specified', 'refused', 'no'],
  [400, 'Bad Request: chat identifier is not specified', 'refused', 'no'],
  [400, 'Bad Request: message is not modified: specified new message content and reply markup', 'refused', 'no'],
  [400, 'Bad Request: group chat was upgraded to a supergroup chat', 'no-access', 'no'],
  [400, 'Bad Request: need administrator rights in the channel chat', 'no-access', 'no'],
  [400, 'Bad Request: not enough rights to send documents to the chat', 'no-access', 'no'],
  [400, 'Bad Request: CHAT_ADMIN_REQUIRED', 'no-access', 'no'],
  [400, 'Bad Request: SOMETHING_NEW', 'refused', 'no'],
  [401, 'Unauthorized', 'revoked', 'no'],
  [401, 'Unauthorized: invalid token specified', 'revoked', 'no'],
  [403, 'Forbidden: bot is not a member of the channel chat', 'no-access', 'no'],
  [403, 'Forbidden: bot was kicked from the channel chat', 'no-access', 'no'],
  [403, 'Forbidden: bot was kicked from the supergroup chat', 'no-access', 'no'],
  [403, 'Forbidden: bot was blocked by the user', 'no-access', 'no'],
  [403, 'Forbidden: user is deactivated', 'no-access', 'no'],
  [404, 'Not Found', 'revoked', 'no'],
  [404, 'Not Found: method not found', 'refused', 'no'],
  [409, "Conflict: can't use getUpdates method while webhook is active", 'refused', 'unknown'],
  [409, 'Conflict: terminated by other getUpdates request', 'refused', 'unknown'],
  [413, 'Request Entity Too Large', 'too-large', 'no'],
  [421, 'Misdirected Request: unallowed token specified', 'revoked', 'unknown'],
  [429, 'Too Many Requests: retry after 17', 'rate-limited', 'unknown'],
  [500, 'Internal Server Error: restart', 'ambiguous', 'unknown'],
  [502, 'Bad Gateway', 'ambiguous', 'unknown'],
  [504, '', 'ambiguous', 'unknown'],
  [302, 'Found', 'ambiguous', 'unknown'],
]

describe('what an answer of the Bot API means', () => {
  it.each(TEXTS)('%i %s is %s, sent: %s', (status, description, kind, sent) => {
    expect(errorOfAnswer('sendDocument', { status, description })).toMatchObject({ kind, sent, status })
  })

  it('believes the parameter before the header before the text, and waits a while when nothing says how long', () => {
    const waitOf = (header: string | undefined, body: unknown) => {
      const answer = readAnswer(429, header, typeof body === 'string' ? body : JSON.stringify(body))
      if (answer.ok) throw new Error('not a failure')
      return errorOfAnswer('sendDocument', answer).retryAfterMs
    }
    const failure = { ok: false, error_code: 429, description: 'Too Many Requests: retry after 17' }
    expect(waitOf('16', { ...failure, parameters: { retry_after: 15 } })).toBe(15_000)
    expect(waitOf('16', failure)).toBe(16_000)
    expect(waitOf(undefined, failure)).toBe(17_000)
    expect(waitOf('16', '<html>429</html>')).toBe(16_000)
    expect(waitOf('Wed, 21 Oct 2026 07:28:00 GMT', '<html>429</html>')).toBe(5000)
  })

  it('names the new id of a chat that has moved', () => {
    const description = 'Bad Request: group chat was upgraded to a supergroup chat'
    const error = errorOfAnswer('sendDocument', { status: 400, description, migratedTo: -1009 })
    expect(error).toMatchObject({ kind: 'no-access', migratedTo: -1009, fix: expect.stringContaining('-1009') })
  })

  it.each([
    ['Bad Request: not enough rights to send documents to the chat', 'post'],
    ['Bad Request: not enough rights to delete messages', 'delete'],
    ['Bad Request: not enough rights to manage pinned messages in the chat', 'edit'],
    ['Forbidden: bot was kicked from the channel chat', 'add it again'],
    ['Bad Request: chat not found', 'chat id'],
  ])('says what mends %s', (description, words) => {
    const status = description.startsWith('Forbidden') ? 403 : 400
    expect(errorOfAnswer('sendDocument', { status, description }).fix).toContain(words)
  })

  it('asks again for a file that may only be unavailable for a moment', () => {
    const description = 'Bad Request: wrong file_id or the file is temporarily unavailable'
    expect(errorOfAnswer('getFile', { status: 400, description }).maySettle).toBe(true)
    expect(errorOfAnswer('getFile', { status: 400, description: 'Bad Request: invalid file_id' }).maySettle).toBe(false)
  })

  it.each([400, 404])('takes a %i for a file link as a link that is too old', (status) => {
    expect(errorOfFileLink('download', { status, description: 'Not Found' })).toMatchObject({ kind: 'stale-file' })
    expect(errorOfFileLink('download', { status: 401, description: 'Unauthorized' })).toMatchObject({ kind: 'revoked' })
  })

  it('hides a token that the service repeats', () => {
    const description = 'Not Found: /bot7123456789:AAcanaryCANARYcanaryCANARYcanaryCAN/getMe'
    expect(errorOfAnswer('getMe', { status: 404, description }).message).not.toContain('canary')
  })
})
