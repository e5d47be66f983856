import { describe, expect, it } from 'vitest'
import { toSources } from '#config/env.ts'
import { configOf, remarksOn } from './config-of.ts'

const sourcesOf = (environment: Record<string, string>) => toSources(environment, '', '/srv/telereel')
const API_HASH = 'cafe'.repeat(8)

describe('settings that do nothing in this version', () => {
  it.each<[string, Record<string, string>]>([
    ['ADMIN_PASSWORD', { ADMIN_PASSWORD: 'a long password' }],
    ['PLAYBACK_ACCESS', { PLAYBACK_ACCESS: 'signed' }],
    ['API_ID', { API_ID: '7', API_HASH }],
    ['ALLOWED_USERS', { ALLOWED_USERS: '1,2' }],
    ['REDIS_HOST', { REDIS_HOST: 'localhost' }],
    ['WORKER_EU_URL', { WORKER_EU_URL: 'https://eu.example.org' }],
  ])('are told, at the start as by `config`: %s', (name, environment) => {
    const told = [expect.stringMatching(new RegExp(`^${name} .+ yet: .+\\.$`))]
    expect(configOf(sourcesOf(environment)).notices).toEqual(told)
    expect(remarksOn(sourcesOf(environment))).toEqual(told)
  })

  it('are told also of a part of their values', () => {
    const own = { MAX_CHUNK_SIZE: '100MiB', BOT_API_ROOT: 'http://127.0.0.1:8081' }
    expect(configOf(sourcesOf(own)).notices).toEqual([])
    const telegram = { ...own, BOT_TOKEN: `123456789:${'A'.repeat(35)}`, CHAT_ID: '-1001' }
    const told = [expect.stringMatching(/^MAX_CHUNK_SIZE has no effect above 20971520 /)]
    expect(configOf(sourcesOf(telegram)).notices).toEqual(told)
    expect(remarksOn(sourcesOf(telegram))).toEqual(told)
  })

  it('are not told of when nobody set them, or to nothing', () => {
    expect(configOf(sourcesOf({})).notices).toEqual([])
    expect(configOf(sourcesOf({ ADMIN_PASSWORD: '', REDIS_HOST: ' ' })).notices).toEqual([])
  })

  it('are told also while another setting is wrong', () => {
    expect(remarksOn(sourcesOf({ LOCAL_PORT: 'x', ADMIN_PASSWORD: 'a long password' }))).toHaveLength(1)
  })
})
