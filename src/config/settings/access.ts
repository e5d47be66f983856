import { choice, hostPort, listOf, password, rate } from '../format.ts'
import { settingsOf } from '../setting.ts'

const { withDefault, optional } = settingsOf('access')

export const accessSettings = {
  ADMIN_PASSWORD: optional(password({ min: 8, max: 1024 }), {
    help: 'Password of the dashboard. To replace a lost one, set it and restart.',
    asksPassword: true,
  }),
  PLAYBACK_ACCESS: withDefault(choice('signed', 'open'), 'signed', {
    help: 'signed: a playback link holds a key and ends. open: whoever knows the id of a video may watch it.',
    asksPassword: true,
  }),
  RATE_LIMIT_INFO: withDefault(rate, '10/min', { help: 'Information calls of one address or user.' }),
  RATE_LIMIT_DOWNLOAD: withDefault(rate, '3/min', { help: 'Downloads one address or user may start.' }),
  FETCH_ALLOW_HOSTS: optional(listOf(hostPort, 'hosts or host:port, separated by commas, without http://'), {
    help: 'Hosts of your own network that may be fetched from, such as a camera. All private addresses are refused otherwise.',
    asksPassword: true,
  }),
}
