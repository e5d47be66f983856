import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

const MAX_PLAYLIST_BYTES = 8 * 1024 * 1024

/** Whether among the pages that yt-dlp kept in a folder is a media playlist without EXT-X-ENDLIST: it would have grown. */
export async function holdsEndlessPlaylist(folder: string): Promise<boolean> {
  for (const name of await readdir(folder)) {
    if (name.endsWith('.dump') && isEndless(await readSmall(join(folder, name)))) return true
  }
  return false
}

async function readSmall(path: string): Promise<string> {
  return (await stat(path)).size > MAX_PLAYLIST_BYTES ? '' : readFile(path, 'utf8')
}

function isEndless(text: string): boolean {
  return /^\ufeff?#EXTM3U/.test(text) && /^#EXTINF:/m.test(text) && !/^#EXT-X-ENDLIST/m.test(text)
}
