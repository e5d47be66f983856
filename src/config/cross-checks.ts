import type { Bots } from './bots.ts'
import type { SettingName, SettingValues } from './settings.ts'
import { MAX_PUBLIC_BOT_API_FILE_BYTES } from './settings/media.ts'
import { PUBLIC_BOT_API } from './settings/telegram.ts'

/** Something wrong between settings that are each fine: the one to change and what it may be. */
export interface Conflict {
  readonly name: SettingName
  readonly allowed: string
}

type Check = (values: SettingValues, bots: Bots['bots']) => readonly (Conflict | false)[]

/** Which kind of store the settings ask for: telegram when bots are set, unless STORE says otherwise. */
export function storeKind({ STORE }: SettingValues, bots: Bots['bots']): 'disk' | 'telegram' | 's3' {
  return STORE ?? (bots.length > 0 ? 'telegram' : 'disk')
}

/** All conflicts between settings; a check that would look at a setting which is wrong by itself is left out. */
export function findConflicts(
  values: SettingValues,
  bots: Bots['bots'],
  isWrong: (name: SettingName) => boolean,
): Conflict[] {
  return CHECKS.filter(({ involves }) => !involves.some(isWrong))
    .flatMap(({ find }) => find(values, bots))
    .filter((conflict) => conflict !== false)
}

const segmentDurations: Check = ({ MIN_SEGMENT_DURATION: min, MAX_SEGMENT_DURATION: max }) => [
  min > max && { name: 'MIN_SEGMENT_DURATION', allowed: `at most MAX_SEGMENT_DURATION (${max})` },
]

const chunkSize: Check = ({ MAX_CHUNK_SIZE, BOT_API_ROOT }) => [
  MAX_CHUNK_SIZE > MAX_PUBLIC_BOT_API_FILE_BYTES &&
    BOT_API_ROOT === PUBLIC_BOT_API && {
      name: 'MAX_CHUNK_SIZE',
      allowed: `at most ${MAX_PUBLIC_BOT_API_FILE_BYTES} (20 MiB), more only with your own BOT_API_ROOT`,
    },
]

const ownCertificate: Check = ({ SSL_CERT_PATH: cert, SSL_KEY_PATH: key, FORCE_HTTPS }) => [
  !cert && Boolean(key) && { name: 'SSL_CERT_PATH', allowed: 'the certificate that belongs to SSL_KEY_PATH' },
  !key && Boolean(cert) && { name: 'SSL_KEY_PATH', allowed: 'the key that belongs to SSL_CERT_PATH' },
  FORCE_HTTPS &&
    Boolean(cert && key) && {
      name: 'FORCE_HTTPS',
      allowed: 'false while SSL_CERT_PATH is set: either a proxy ends TLS or this server does',
    },
]

const mtproto: Check = ({ API_ID, API_HASH }) => [
  !API_ID && Boolean(API_HASH) && { name: 'API_ID', allowed: 'the id that belongs to API_HASH' },
  !API_HASH && Boolean(API_ID) && { name: 'API_HASH', allowed: 'the hash that belongs to API_ID' },
]

const telegramStore: Check = (values, bots) => {
  if (storeKind(values, bots) !== 'telegram') return []
  return [
    bots.length === 0 && { name: 'BOT_TOKEN', allowed: 'a bot for STORE=telegram, or STORE=disk' },
    bots.some((bot) => bot.chatId === undefined) && {
      name: 'CHAT_ID',
      allowed: 'the channel the bots store in, or STORE=disk',
    },
  ]
}

const S3_SETTINGS = ['R2_ENDPOINT', 'R2_ACCESS_KEY', 'R2_SECRET_KEY', 'S3_BUCKET'] as const

const s3Store: Check = (values, bots) => {
  if (storeKind(values, bots) !== 's3') return []
  return S3_SETTINGS.map((name) => values[name] === undefined && { name, allowed: 'a value for STORE=s3' })
}

const replicas: Check = (values, bots) => {
  const channels = new Set(bots.map((bot) => bot.chatId)).size
  return [
    storeKind(values, bots) === 'telegram' &&
      channels > 0 &&
      values.REPLICAS > channels && {
        name: 'REPLICAS',
        allowed: `at most the number of different channels (${channels})`,
      },
  ]
}

/** Redis without a password on the network gives everyone the queue. */
const redisPassword: Check = ({ REDIS_HOST, REDIS_PASSWORD }) => [
  REDIS_HOST !== undefined &&
    !/^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(REDIS_HOST) &&
    !REDIS_PASSWORD && { name: 'REDIS_PASSWORD', allowed: 'a password, as REDIS_HOST is another machine' },
]

const keptConnections: Check = (values) => [
  values.CONNECTION_POOL_MAX_KEEPALIVE > values.CONNECTION_POOL_MAX_CONNECTIONS && {
    name: 'CONNECTION_POOL_MAX_KEEPALIVE',
    allowed: `at most CONNECTION_POOL_MAX_CONNECTIONS (${values.CONNECTION_POOL_MAX_CONNECTIONS})`,
  },
]

const connectTimeout: Check = (values) => [
  values.CONNECTION_POOL_CONNECT_TIMEOUT > values.CONNECTION_POOL_TIMEOUT && {
    name: 'CONNECTION_POOL_CONNECT_TIMEOUT',
    allowed: `at most CONNECTION_POOL_TIMEOUT (${values.CONNECTION_POOL_TIMEOUT})`,
  },
]

const BOT_SETTINGS = ['STORE', 'BOT_TOKEN', 'CHAT_ID', 'MULTI_BOT_CONFIG'] as const

const CHECKS: readonly { readonly involves: readonly SettingName[]; readonly find: Check }[] = [
  { involves: ['MIN_SEGMENT_DURATION', 'MAX_SEGMENT_DURATION'], find: segmentDurations },
  { involves: ['MAX_CHUNK_SIZE', 'BOT_API_ROOT'], find: chunkSize },
  { involves: ['SSL_CERT_PATH', 'SSL_KEY_PATH', 'FORCE_HTTPS'], find: ownCertificate },
  { involves: ['API_ID', 'API_HASH'], find: mtproto },
  { involves: BOT_SETTINGS, find: telegramStore },
  { involves: ['REPLICAS', ...BOT_SETTINGS], find: replicas },
  { involves: [...S3_SETTINGS, ...BOT_SETTINGS], find: s3Store },
  { involves: ['REDIS_HOST', 'REDIS_PASSWORD'], find: redisPassword },
  { involves: ['CONNECTION_POOL_MAX_KEEPALIVE', 'CONNECTION_POOL_MAX_CONNECTIONS'], find: keptConnections },
  { involves: ['CONNECTION_POOL_CONNECT_TIMEOUT', 'CONNECTION_POOL_TIMEOUT'], find: connectTimeout },
]
