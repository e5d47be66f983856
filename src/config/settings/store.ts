import { choice, path, pattern, secretText, webAddress, wholeNumber } from '../format.ts'
import { settingsOf } from '../setting.ts'

const { withDefault, optional } = settingsOf('store')

export const storeSettings = {
  STORE: optional(choice('disk', 'telegram', 's3'), {
    help: 'Where the bytes of videos are kept. When empty: telegram if bots are set, else disk.',
    startOnly: true,
  }),
  DATA_DIR: withDefault(path, './data', {
    help: 'Folder of the catalog, the work files and the disk store.',
    startOnly: true,
  }),
  ENCRYPTION: withDefault(choice('auto', 'on', 'off'), 'auto', {
    help: 'Encrypt stored bytes; auto means on for Telegram, off elsewhere. Holds for videos added from then on.',
  }),
  REPLICAS: withDefault(wholeNumber({ min: 1, max: 5 }), '1', {
    help: 'Copies of each stored blob, in different channels.',
  }),
  R2_ENDPOINT: optional(webAddress, { help: 'Address of the S3-compatible server.', startOnly: true }),
  R2_ACCESS_KEY: optional(secretText(/^[\x21-\x7e]{3,256}$/, 'an access key id of 3 to 256 characters'), {
    help: 'Access key id for it.',
    asksPassword: true,
  }),
  R2_SECRET_KEY: optional(secretText(/^[\x21-\x7e]{8,256}$/, 'a secret key of 8 to 256 characters'), {
    help: 'Secret key for it.',
    asksPassword: true,
  }),
  S3_BUCKET: optional(
    pattern(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket name: 3 to 63 small letters, digits, dots and hyphens'),
    { help: 'Bucket that holds the blobs.' },
  ),
}
