import { t } from '../../strings/strings.ts'

type CauseName = Exclude<keyof typeof t.downloads.causes, 'retry' | 'allowGaps' | 'anew' | 'anewHint' | 'anewWithout'>

/** What helps, besides trying again. */
type Remedy = 'retry' | 'allow-gaps' | 'change'

export interface Cause {
  readonly name: CauseName
  readonly title: string
  readonly body: string
  readonly remedies: readonly Remedy[]
}

const REMEDIES: Readonly<Record<CauseName, readonly Remedy[]>> = {
  login: ['change', 'retry'],
  bot: ['change', 'retry'],
  forbidden: ['change', 'retry'],
  unauthorized: ['change'],
  region: ['change'],
  drm: [],
  protected: ['change'],
  gone: ['retry'],
  notBegun: ['retry'],
  noVideo: ['change'],
  tooLarge: ['change'],
  toolOld: ['retry'],
  inside: ['retry'],
  missing: ['allow-gaps', 'retry'],
  unreachable: ['retry'],
  playlist: ['change', 'retry'],
  space: ['retry'],
  serverFault: ['retry'],
  broken: ['retry'],
  notMedia: ['change'],
  slow: ['retry'],
  other: ['retry', 'change'],
}

const BY_CODE: Readonly<Record<string, CauseName>> = {
  'page-refused.login-needed': 'login',
  'page-refused.not-a-bot': 'bot',
  'page-refused.drm': 'drm',
  'page-refused.gone': 'gone',
  'page-refused.region': 'region',
  'page-refused.not-begun': 'notBegun',
  'page-refused.no-video': 'noVideo',
  'page-refused.too-large': 'tooLarge',
  'page-refused.tool-too-old': 'toolOld',
  'remote-refused.401': 'unauthorized',
  'remote-refused.403': 'forbidden',
  'remote-refused.404': 'gone',
  'remote-refused.410': 'gone',
  'remote-refused.429': 'slow',
  'remote-refused.451': 'region',
  'address-refused': 'inside',
  'protected-media': 'protected',
  'segment-missing': 'missing',
  'remote-unreachable': 'unreachable',
  'remote-broken': 'broken',
  'not-media': 'notMedia',
  'playlist-unreadable': 'playlist',
  'answer-too-large': 'tooLarge',
  'tool-missing': 'toolOld',
  'no-space': 'space',
}

/** Why it failed, as a person would put it, and what helps. */
export function causeOf(code: string): Cause {
  const name =
    BY_CODE[code] ?? BY_CODE[code.split('.')[0] ?? ''] ?? (/^remote-refused\.5/.test(code) ? 'serverFault' : 'other')
  return { name, ...t.downloads.causes[name], remedies: REMEDIES[name] }
}
