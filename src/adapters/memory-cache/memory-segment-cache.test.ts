import { describe, expect, it } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import { MemorySegmentCache } from './memory-segment-cache.ts'

const film = 'film00000000001' as VideoId
const other = 'other0000000001' as VideoId
const bytes = (length: number) => new Uint8Array(length).fill(7)

describe('MemorySegmentCache', () => {
  it('lets the least recently used go when the bytes do not fit any more', () => {
    const cache = new MemorySegmentCache(100)
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, { videoId: film, bytes: bytes(25) })
    cache.get('a')
    cache.set('e', { videoId: film, bytes: bytes(20) })
    expect(cache.get('b')).toBeUndefined()
    expect(cache.get('a')).toHaveLength(25)
    expect(cache.tiers()).toEqual([{ kind: 'memory', bytes: 95, maxBytes: 100, items: 4, evictions: 1, damaged: 0 }])
  })

  it('does not empty itself for one huge entry', () => {
    const cache = new MemorySegmentCache(100)
    expect(cache.set('small', { videoId: film, bytes: bytes(10) })).toBe(true)
    expect(cache.set('huge', { videoId: film, bytes: bytes(90) })).toBe(false)
    expect(cache.get('huge')).toBeUndefined()
    expect(cache.get('small')).toHaveLength(10)
  })

  it('forgets one video, or all', async () => {
    const cache = new MemorySegmentCache(1000)
    cache.set('a', { videoId: film, bytes: bytes(10) })
    cache.set('b', { videoId: film, bytes: bytes(20) })
    cache.set('c', { videoId: other, bytes: bytes(30) })
    expect(await cache.clear(film)).toEqual({ removedItems: 2, removedBytes: 30 })
    expect(cache.get('c')).toHaveLength(30)
    expect(await cache.clear()).toEqual({ removedItems: 1, removedBytes: 30 })
    expect(cache.tiers()).toMatchObject([{ items: 0, bytes: 0, evictions: 0 }])
  })

  it('keeps nothing when its size is 0', () => {
    const cache = new MemorySegmentCache(0)
    cache.set('a', { videoId: film, bytes: bytes(1) })
    expect(cache.get('a')).toBeUndefined()
  })
})
