import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeSettings } from './describe-settings.ts'
import { toSources } from './env.ts'
import { envExample } from './env-example.ts'

describe('.env.example', () => {
  it('is up to date (else run: npm run env-example)', () => {
    expect(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')).toBe(envExample())
  })

  it('changes nothing when copied to .env as it is', () => {
    expect(parseEnv(envExample())).toEqual({})
  })

  it('holds values that are right, once their # is taken away', () => {
    const dotenv = envExample().replace(/^#(?=[A-Z])/gm, '')
    const rows = describeSettings(toSources({}, dotenv, '/srv'))
    expect(rows.filter((row) => row.problem)).toEqual([])
    expect(rows.filter((row) => row.origin === '.env').length).toBeGreaterThan(60)
  })
})
