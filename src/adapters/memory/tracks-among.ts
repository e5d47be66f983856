import type { VideoCatalog } from '#domain/catalog.ts'
import { compareTracks } from '#domain/compare-tracks.ts'
import { TrackNotFoundError } from '#domain/errors.ts'
import type { VideoShelf } from './video-shelf.ts'

export function tracksAmong(
  shelf: VideoShelf,
): Pick<VideoCatalog, 'addTracks' | 'tracks' | 'updateTrack' | 'removeTrack'> {
  return {
    async addTracks(id, tracks) {
      const shelved = shelf.shown(id).tracks
      for (const track of tracks) {
        const segments = shelved.get(track.id)?.segments ?? new Map()
        shelved.set(track.id, { track: { ...track }, segments })
      }
    },

    async tracks(id) {
      const all = [...(shelf.videos.get(id)?.tracks.values() ?? [])]
      return all.map(({ track }) => track).sort(compareTracks)
    },

    async updateTrack(id, change) {
      const shelved = shelf.track(id)
      if (!shelved) throw new TrackNotFoundError(`There is no track ${id}.`)
      shelved.track = { ...shelved.track, ...change }
    },

    async removeTrack(id) {
      for (const { tracks } of shelf.videos.values()) tracks.delete(id)
    },
  }
}
