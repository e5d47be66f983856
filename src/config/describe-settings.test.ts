import { describe, expect, it } from 'vitest'
import { describeSettings } from './describe-settings.ts'
import { toSources } from './env.ts'
import { SETTING_GROUPS } from './setting.ts'

function rowsOf(environment: Record<string, string>, dotenv = '') {
  return new Map(describeSettings(toSources(environment, dotenv, '/srv')).map((row) => [row.name, row]))
}

describe('describing the settings', () => {
  it('says where each value comes from', () => {
    const rows = rowsOf({ LOCAL_PORT: '9000' }, 'LOCAL_PORT=1\nDATA_DIR=/mnt/films')
    expect(rows.get('LOCAL_PORT')).toMatchObject({ value: '9000', origin: 'environment' })
    expect(rows.get('DATA_DIR')).toMatchObject({ value: '/mnt/films', origin: '.env', startOnly: true })
    expect(rows.get('LOG_LEVEL')).toMatchObject({ value: 'INFO', origin: 'default' })
  })

  it('gives each problem with its fix, also those between settings', () => {
    const rows = rowsOf({ LOCAL_PORT: 'x', MIN_SEGMENT_DURATION: '31' })
    expect(rows.get('LOCAL_PORT')).toMatchObject({
      problem: '"x" is not allowed',
      fix: 'Set LOCAL_PORT to a whole number from 0 to 65535.',
    })
    expect(rows.get('MIN_SEGMENT_DURATION')?.fix).toBe('Set MIN_SEGMENT_DURATION to at most MAX_SEGMENT_DURATION (30).')
    expect(rows.get('MAX_SEGMENT_DURATION')?.problem).toBeUndefined()
  })

  it('shows four characters of a long secret and none of a short one', () => {
    const token = `123456789:${'A'.repeat(31)}1234`
    const rows = rowsOf({ BOT_TOKEN: token, CHAT_ID: '-1001', ADMIN_PASSWORD: 'long enough' })
    expect(rows.get('BOT_TOKEN')?.value).toBe('***1234')
    expect(rows.get('ADMIN_PASSWORD')?.value).toBe('***')
    expect(JSON.stringify([...rows.values()])).not.toContain(token)
  })

  it('has a row for each numbered bot and for each streaming bot there is', () => {
    const rows = rowsOf({ MULTI_TOKEN3: 'x' })
    expect([...rows.keys()]).toEqual(
      expect.arrayContaining(['BOT_TOKEN_2', 'CHAT_ID_10', 'MULTI_TOKEN1', 'MULTI_TOKEN3']),
    )
    expect(rows.has('BOT_TOKEN_11')).toBe(false)
    expect(rowsOf({ BOT_TOKEN_11: 'x' }).get('BOT_TOKEN_11')?.problem).toBe('*** is not allowed')
  })

  it('keeps the groups together and in their order', () => {
    const groups = [...rowsOf({}).values()].map((row) => row.group)
    expect(groups.filter((group, index) => group !== groups[index - 1])).toEqual(SETTING_GROUPS)
  })
})
