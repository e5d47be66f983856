import type { Config } from '#config/config.ts'
import type { DownloadIdentity, LinkInfo } from '#domain/download.ts'
import { lookAtLink } from '#features/downloads/link-information.ts'
import { mediaWhenNeeded } from './media-when-needed.ts'
import { openDownloads } from './open-downloads.ts'

/** What stands at an address; downloads nothing but its beginning. */
export async function lookAtAddress(
  config: Config,
  url: string,
  identity: DownloadIdentity,
  signal: AbortSignal,
): Promise<LinkInfo> {
  await using downloads = openDownloads(config, { root: config.dataDir, ...mediaWhenNeeded(config) })
  return await lookAtLink({ url, identity }, downloads, signal)
}
