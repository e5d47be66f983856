import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadConfig } from './config.ts'
import { toSources } from './env.ts'
import { faultLine } from './fault.ts'
import { secretsIn } from './secrets.ts'
import { SETTINGS } from './settings.ts'

const TOKEN = `123456789:${'A'.repeat(35)}`
const OTHER_TOKEN = `987654321:${'B'.repeat(35)}`

function configOf(environment: Record<string, string>, dotenv = '') {
  const loaded = loadConfig(toSources(environment, dotenv, '/srv/telereel'))
  if ('faults' in loaded) throw new Error(loaded.faults.map(faultLine).join('\n'))
  return loaded.config
}

function faultLines(environment: Record<string, string>): string[] {
  const loaded = loadConfig(toSources(environment, '', '/srv/telereel'))
  return 'faults' in loaded ? loaded.faults.map(faultLine) : []
}

describe('loading the configuration', () => {
  it('needs no setting at all: disk, SQLite and loopback', () => {
    const config = configOf({})
    expect(config.store).toEqual({ kind: 'disk' })
    expect(config.database).toEqual({ kind: 'sqlite', path: '/srv/telereel/data/catalog.db' })
    expect(config.http).toEqual({ host: '127.0.0.1', port: 8080, forceHttps: false, trustedProxies: [] })
    expect(config.media.maxChunkBytes).toBe(19_922_944)
    expect(config.media.maxUploadBytes).toBe(53_687_091_200)
    expect(config.cache.dir).toBe('/srv/telereel/data/cache')
    expect(config.encryption).toBe(false)
  })

  it('lets the environment win over .env, also with an empty value', () => {
    expect(configOf({}, 'LOCAL_PORT=9000').http.port).toBe(9000)
    expect(configOf({ LOCAL_PORT: '9001' }, 'LOCAL_PORT=9000').http.port).toBe(9001)
    expect(configOf({ LOCAL_PORT: '' }, 'LOCAL_PORT=9000').http.port).toBe(8080)
  })

  it('reads a .env that begins with a byte order mark and ends its lines with CR LF', () => {
    expect(configOf({}, '\uFEFFLOCAL_PORT=9000\r\nLOG_LEVEL="debug" # loud\r\n')).toMatchObject({
      http: { port: 9000 },
      logs: { level: 'debug' },
    })
  })

  it.each([
    ['MAX_UPLOAD_SIZE', '50GB', { media: { maxUploadBytes: 50e9 } }],
    ['MAX_CHUNK_SIZE', '19 MiB', { media: { maxChunkBytes: 19_922_944 } }],
    ['MIN_SEGMENT_DURATION', '2.5', { media: { minSegmentSec: 2.5 } }],
    ['FFMPEG_HARDWARE_ACCEL', 'VAAPI', { media: { hardwareAccel: 'vaapi' } }],
    ['RATE_LIMIT_INFO', '5/s', { access: { infoRate: { count: 5, windowMs: 1000 } } }],
    ['RATE_LIMIT_DOWNLOAD', '100 / h', { access: { downloadRate: { count: 100, windowMs: 3_600_000 } } }],
    [
      'FETCH_ALLOW_HOSTS',
      'Camera.lan, 192.168.1.5:8554 [fe80::1]:80',
      {
        access: {
          fetchAllowHosts: [
            { host: 'camera.lan' },
            { host: '192.168.1.5', port: 8554 },
            { host: '[fe80::1]', port: 80 },
          ],
        },
      },
    ],
    ['TRUSTED_PROXIES', '10.0.0.0/8,::1', { http: { trustedProxies: ['10.0.0.0/8', '::1'] } }],
    ['PUBLIC_DOMAIN', 'Video.Example.org:8443', { http: { publicDomain: 'video.example.org:8443' } }],
    ['ADMIN_IDS', '1, 22 4503599627370495', { telegram: { adminIds: [1, 22, 4_503_599_627_370_495] } }],
    ['ENABLE_CACHE_WARMING', 'no', { cache: { warmingSegments: 0 } }],
    ['STREAMING_THRESHOLD_GB', '0.5', { cache: { streamingThresholdBytes: 2 ** 29 } }],
    ['DATA_DIR', '/mnt/films', { dataDir: '/mnt/films', database: { path: '/mnt/films/catalog.db' } }],
    ['DATABASE_URL', 'sqlite:films.db', { database: { kind: 'sqlite', path: '/srv/telereel/films.db' } }],
    ['DATABASE_URL', 'sqlite:///mnt/films.db', { database: { kind: 'sqlite', path: '/mnt/films.db' } }],
    ['DATABASE_URL', 'postgres://u:p@db/films', { database: { kind: 'postgres' } }],
    ['LOG_LEVEL', 'Warning', { logs: { level: 'warn' } }],
    ['LOG_FILE', 'telereel.log', { logs: { file: '/srv/telereel/telereel.log' } }],
    ['BOT_API_ROOT', 'http://127.0.0.1:8081/', { telegram: { apiRoot: 'http://127.0.0.1:8081' } }],
    ['ENCRYPTION', 'on', { encryption: true }],
  ])('understands %s=%s', (name, text, expected) => {
    expect(configOf({ [name]: text })).toMatchObject(expected)
  })

  it.each([
    ['LOCAL_PORT', '65536'],
    ['LOCAL_PORT', '8080.5'],
    ['LOCAL_PORT', '1e3'],
    ['LOCAL_HOST', 'http://127.0.0.1'],
    ['PUBLIC_DOMAIN', 'https://video.example.org'],
    ['PUBLIC_DOMAIN', 'video.example.org/films'],
    ['FORCE_HTTPS', 'maybe'],
    ['FORCE_HTTPS', 'constructor'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'proxy.lan'],
    ['MIN_SEGMENT_DURATION', '-1'],
    ['MAX_CHUNK_SIZE', '20971521'],
    ['MAX_UPLOAD_SIZE', '0'],
    ['MAX_UPLOAD_SIZE', '12 parsecs'],
    ['FFMPEG_HARDWARE_ACCEL', 'amd'],
    ['OVERSIZED_SEGMENTS', 'drop'],
    ['STORE', 'tape'],
    ['DATA_DIR', 'data\nADMIN_PASSWORD=x'],
    ['R2_ENDPOINT', 'ftp://files.example.org'],
    ['S3_BUCKET', 'My_Bucket'],
    ['CACHE_TYPE', 'redis'],
    ['RATE_LIMIT_INFO', '10'],
    ['RATE_LIMIT_INFO', '0/min'],
    ['RATE_LIMIT_INFO', '10/fortnight'],
    ['FETCH_ALLOW_HOSTS', 'http://camera.lan'],
    ['FETCH_ALLOW_HOSTS', '*'],
    ['FETCH_ALLOW_HOSTS', 'camera.lan:99999'],
    ['DATABASE_URL', 'mysql://u:p@db/films'],
    ['DATABASE_URL', 'postgres://'],
    ['WORKER_EU_URL', 'worker.eu'],
    ['ADMIN_PASSWORD', 'short'],
    ['ADMIN_IDS', '@owner'],
    ['CHAT_ID', 'my channel'],
    ['BOT_TOKEN', 'abc'],
    ['BOT_TOKEN_11', TOKEN],
    ['LOG_LEVEL', 'LOUD'],
    ['API_ID', 'one'],
    ['API_HASH', 'xyz'],
  ])('refuses %s=%s in one line that says what is allowed', (name, text) => {
    const lines = faultLines({ [name]: text }).filter((line) => line.startsWith(`${name}=`))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^\w+=.+ is not allowed; allowed: .{4,}$/)
  })

  it('names every fault, not only the first', () => {
    expect(faultLines({ LOCAL_PORT: 'x', LOG_LEVEL: 'y', CACHE_SIZE: 'z' })).toEqual([
      expect.stringContaining('LOCAL_PORT="x"'),
      expect.stringContaining('CACHE_SIZE="z"'),
      expect.stringContaining('LOG_LEVEL="y"'),
    ])
  })

  it.each<[string, Record<string, string>, string]>([
    ['a shortest segment above the longest', { MIN_SEGMENT_DURATION: '31' }, 'MIN_SEGMENT_DURATION'],
    ['a certificate without its key', { SSL_CERT_PATH: 'a.pem' }, 'SSL_KEY_PATH'],
    ['a key without its certificate', { SSL_KEY_PATH: 'a.pem' }, 'SSL_CERT_PATH'],
    ['two ends of TLS', { SSL_CERT_PATH: 'a', SSL_KEY_PATH: 'b', FORCE_HTTPS: 'true' }, 'FORCE_HTTPS'],
    ['the Telegram store without a bot', { STORE: 'telegram' }, 'BOT_TOKEN'],
    ['a storing bot without a channel', { BOT_TOKEN: TOKEN }, 'CHAT_ID'],
    [
      'S3 without a bucket',
      { STORE: 's3', R2_ENDPOINT: 'https://s3.lan', R2_ACCESS_KEY: 'abc', R2_SECRET_KEY: 'abcdefgh' },
      'S3_BUCKET',
    ],
    ['half of the MTProto pair', { API_ID: '1' }, 'API_HASH'],
    ['Redis in the network without a password', { REDIS_HOST: 'redis.lan' }, 'REDIS_PASSWORD'],
    ['more idle than open connections', { CONNECTION_POOL_MAX_KEEPALIVE: '101' }, 'CONNECTION_POOL_MAX_KEEPALIVE'],
    ['more copies than channels', { BOT_TOKEN: TOKEN, CHAT_ID: '-1001', REPLICAS: '2' }, 'REPLICAS'],
    [
      'both ways to name bots',
      { BOT_TOKEN: TOKEN, CHAT_ID: '-1001', MULTI_BOT_CONFIG: `[{"token":"${OTHER_TOKEN}"}]` },
      'MULTI_BOT_CONFIG',
    ],
    ['the same bot twice', { BOT_TOKEN: TOKEN, BOT_TOKEN_2: TOKEN, CHAT_ID: '-1001' }, 'BOT_TOKEN_2'],
  ])('refuses %s', (_, environment, name) => {
    const lines = faultLines(environment)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(new RegExp(`^${name}(=| is not set)`))
  })

  it('does not blame a setting for another one that is wrong by itself', () => {
    expect(faultLines({ STORE: 'telegram', BOT_TOKEN: 'abc' })).toHaveLength(1)
    expect(faultLines({ MIN_SEGMENT_DURATION: '40', MAX_SEGMENT_DURATION: 'x' })).toHaveLength(1)
  })

  it('allows larger blobs with an own Bot API server', () => {
    const environment = { MAX_CHUNK_SIZE: '1GiB', BOT_API_ROOT: 'http://127.0.0.1:8081' }
    expect(configOf(environment).media.maxChunkBytes).toBe(2 ** 30)
  })

  it('stores in Telegram as soon as bots are set, encrypted, unless told otherwise', () => {
    const bots = { BOT_TOKEN: TOKEN, CHAT_ID: '-1001' }
    expect(configOf(bots)).toMatchObject({ store: { kind: 'telegram' }, encryption: true })
    expect(configOf({ ...bots, STORE: 'disk' })).toMatchObject({ store: { kind: 'disk' }, encryption: false })
  })

  it('warns of misspelled names in .env', () => {
    const loaded = loadConfig(toSources({}, 'LOCAL_PROT=1\nCOMPOSE_PROJECT_NAME=films', '/srv'))
    expect('notices' in loaded && loaded.notices).toEqual([
      'LOCAL_PROT in .env is no setting; did you mean LOCAL_PORT?',
    ])
  })

  it('never throws, and accepts or refuses each text on its own', () => {
    const name = fc.constantFrom(...Object.keys(SETTINGS))
    fc.assert(
      fc.property(fc.dictionary(name, fc.string({ unit: 'binary', maxLength: 60 })), (environment) => {
        const loaded = loadConfig(toSources(environment, '', '/srv'))
        if ('config' in loaded) return
        expect(loaded.faults.length).toBeGreaterThan(0)
        for (const fault of loaded.faults) expect(faultLine(fault)).not.toMatch(/\p{Cc}/u)
      }),
      { numRuns: 500 },
    )
  })

  it('keeps every whole number inside the bounds that it names', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 200_000 }), (port) => {
        const loaded = loadConfig(toSources({ LOCAL_PORT: String(port) }, '', '/srv'))
        expect('config' in loaded).toBe(port >= 0 && port <= 65_535)
      }),
    )
  })
})

describe('bots', () => {
  it('numbers them and lets CHAT_ID stand in for a missing channel', () => {
    const { bots } = configOf({
      BOT_TOKEN: TOKEN,
      CHAT_ID: '-1001',
      BOT_TOKEN_3: OTHER_TOKEN,
      CHAT_ID_4: '-1004',
    }).telegram
    expect(bots.map(({ name, chatId, token }) => [name, chatId, token.reveal()])).toEqual([
      ['BOT_TOKEN', '-1001', TOKEN],
      ['BOT_TOKEN_3', '-1001', OTHER_TOKEN],
    ])
  })

  it('reads them from MULTI_BOT_CONFIG, with channels as numbers, names or CHAT_ID', () => {
    const list = JSON.stringify([
      { token: TOKEN, chat_id: -1_001_234_567_890 },
      { token: OTHER_TOKEN, chat_id: '@films' },
      { token: `555555555:${'C'.repeat(35)}` },
      { token: `666666666:${'D'.repeat(35)}`, chat_id: null },
      { token: `777777777:${'E'.repeat(35)}`, chat_id: '' },
    ])
    const { bots } = configOf({ CHAT_ID: '-1009', MULTI_BOT_CONFIG: list }).telegram
    expect(bots.map((bot) => bot.chatId)).toEqual(['-1001234567890', '@films', '-1009', '-1009', '-1009'])
  })

  it.each(['{}', '[]', 'not json', '[{"token":"x"}]', `[{"token":"${TOKEN}","chat_id":true}]`])(
    'refuses MULTI_BOT_CONFIG=%s without repeating it',
    (text) => {
      const lines = faultLines({ MULTI_BOT_CONFIG: text })
      expect(lines).toHaveLength(1)
      expect(lines[0]).toContain('MULTI_BOT_CONFIG=***')
      expect(lines[0]).not.toContain(TOKEN)
    },
  )

  it('takes no bot for streaming that stores, or streams already', () => {
    const lines = faultLines({ BOT_TOKEN: TOKEN, CHAT_ID: '-1001', MULTI_TOKEN1: OTHER_TOKEN, MULTI_TOKEN2: TOKEN })
    expect(lines).toEqual([expect.stringMatching(/^MULTI_TOKEN2=.*another bot than that of BOT_TOKEN$/)])
    expect(faultLines({ MULTI_TOKEN3: TOKEN, MULTI_TOKEN4: TOKEN })).toEqual([
      expect.stringMatching(/^MULTI_TOKEN4=.*another bot than that of MULTI_TOKEN3$/),
    ])
  })

  it('takes as many streaming bots as there are', () => {
    const environment = { MULTI_TOKEN1: TOKEN, MULTI_TOKEN12: OTHER_TOKEN }
    expect(configOf(environment).telegram.streamBots.map(({ name, token }) => [name, token.reveal()])).toEqual([
      ['MULTI_TOKEN1', TOKEN],
      ['MULTI_TOKEN12', OTHER_TOKEN],
    ])
  })
})

describe('secrets', () => {
  const canaries = {
    BOT_TOKEN: TOKEN,
    BOT_TOKEN_2: OTHER_TOKEN,
    MULTI_TOKEN1: `444444444:${'D'.repeat(35)}`,
    API_HASH: 'cafe'.repeat(8),
    R2_ACCESS_KEY: 'canary-access-key',
    R2_SECRET_KEY: 'canary-secret-key',
    DATABASE_URL: 'postgres://telereel:canary-db@db/films',
    REDIS_PASSWORD: 'canary-redis',
    ADMIN_PASSWORD: 'canary-admin',
  }
  const environment = {
    ...canaries,
    CHAT_ID: '-1001',
    API_ID: '7',
    REDIS_HOST: 'redis.lan',
    STORE: 's3',
    R2_ENDPOINT: 'https://s3.lan',
    S3_BUCKET: 'films',
  }

  it('do not show when the configuration is printed, logged or sent', () => {
    const config = configOf(environment)
    const seen = [
      JSON.stringify(config),
      inspect(config, { depth: 20, showHidden: true }),
      String(config.access.adminPassword),
    ]
    for (const canary of Object.values(canaries)) {
      for (const text of seen) expect(text).not.toContain(canary)
    }
    expect(seen[0]).toContain('***')
  })

  it('are all found, to be blacked out in the log', () => {
    const found = secretsIn(configOf(environment)).map((secret) => secret.reveal())
    expect(found.sort()).toEqual(Object.values(canaries).sort())
  })

  it('do not show in fault lines, even in the wrong place', () => {
    for (const name of Object.keys(SETTINGS)) {
      const lines = faultLines({ [name]: `x ${TOKEN} \u0000`, LOCAL_PORT: 'x' }).join('\n')
      expect(lines).not.toContain(TOKEN)
    }
    expect(faultLines({ R2_ENDPOINT: 'https://me:hidden-word@s3.lan' }).join()).not.toContain('hidden-word')
    expect(faultLines({ ADMIN_PASSWORD: 'hidden' }).join()).not.toContain('hidden')
  })
})
