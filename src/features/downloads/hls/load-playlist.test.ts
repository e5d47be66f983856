import { describe, expect, it } from 'vitest'
import type { Web } from '#domain/web.ts'
import { loadFirstPlaylist } from './load-playlist.ts'
import { REAL_PACE } from './pace.ts'

const ADDRESS = 'https://example.org/a.m3u8'
const LIVE = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n'

/** Remembers one text, and gives it with a mark at its end when it is asked anew. */
function forgetful(text: string, remembered: boolean) {
  const asked: boolean[] = []
  const web: Pick<Web, 'text'> = {
    text: async ({ fresh = false }) => {
      asked.push(fresh)
      const known = fresh ? { text: `${text}# anew` } : { text, ...(remembered && { remembered: true }) }
      return { ...known, url: ADDRESS, contentType: null }
    },
  }
  const access = { web: web as Web, identity: { headers: {}, hosts: [] }, pace: REAL_PACE }
  return { asked, load: () => loadFirstPlaylist(ADDRESS, access, new AbortController().signal) }
}

describe('the first load of a playlist', () => {
  it.each([`${LIVE}#EXT-X-ENDLIST\n`, `#EXTM3U\r\n#EXT-X-PLAYLIST-TYPE:VOD\r\n${LIVE}`])(
    'is from memory when nothing will ever be added',
    async (text) => {
      const { asked, load } = forgetful(text, true)
      expect((await load()).text).toBe(text)
      expect(asked).toEqual([false])
    },
  )

  it('is made anew when what is remembered may have changed', async () => {
    const { asked, load } = forgetful(LIVE, true)
    expect((await load()).text).toContain('anew')
    expect(asked).toEqual([false, true])
  })

  it('is one request when nothing is remembered', async () => {
    const { asked, load } = forgetful(LIVE, false)
    await load()
    expect(asked).toEqual([false])
  })
})
