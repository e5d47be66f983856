import type { VideoCatalog, VideoQuery } from '#domain/catalog.ts'
import { VideoNotFoundError } from '#domain/errors.ts'
import { textKey } from '#domain/text-key.ts'
import type { Video } from '#domain/video.ts'
import { compareText, type VideoShelf } from './video-shelf.ts'

type VideoMethods = Pick<
  VideoCatalog,
  | 'addVideo'
  | 'video'
  | 'videos'
  | 'updateVideo'
  | 'source'
  | 'setSource'
  | 'plan'
  | 'savePlan'
  | 'publish'
  | 'removeVideo'
>

export function videosAmong(shelf: VideoShelf): VideoMethods {
  const { videos, world } = shelf
  return {
    async addVideo({ source, ...facts }) {
      if (videos.has(facts.id)) return
      const unknown = { failure: null, durationSec: null, container: null, statistics: null, chapters: [], notes: [] }
      const video: Video = { ...facts, ...unknown, state: 'queued', updatedAt: facts.createdAt }
      const nothing = { tracks: new Map(), packs: new Map(), attachments: new Map() }
      videos.set(facts.id, { video, source, plan: null, ...nothing })
    },

    video: async (id) => shelf.shown(id).video,

    async videos(query = {}) {
      const all = [...videos.values()].map(({ video }) => video)
      const found = all.filter((video) => isWanted(video, query)).sort(orderOf(query))
      const { offset = 0, limit = found.length } = query
      return { videos: found.slice(offset, offset + limit), total: found.length }
    },

    async updateVideo(id, change) {
      const shelved = shelf.shown(id)
      const given = Object.entries(change).filter(([, value]) => value !== undefined)
      shelved.video = {
        ...shelved.video,
        ...structuredClone(Object.fromEntries(given)),
        updatedAt: new Date(world.now()),
      }
    },

    source: async (id) => videos.get(id)?.source ?? null,

    async setSource(id, source) {
      const shelved = videos.get(id)
      if (!shelved) throw new VideoNotFoundError(`There is no video ${id}.`)
      shelved.source = source
    },

    plan: async (id) => videos.get(id)?.plan ?? null,

    async savePlan(id, plan) {
      shelf.shown(id).plan = structuredClone(plan)
    },

    async publish(id, { durationSec, statistics }) {
      const shelved = shelf.shown(id)
      const ready = { state: 'ready', failure: null, durationSec, statistics: { ...statistics } } as const
      shelved.video = { ...shelved.video, ...ready, updatedAt: new Date(world.now()) }
    },

    async removeVideo(id) {
      videos.delete(id)
    },
  }
}

function isWanted({ title, originalFilename, state }: Video, { text = '', states }: VideoQuery): boolean {
  const inState = states ? states.includes(state) : state !== 'deleting'
  return inState && [title, originalFilename].some((each) => textKey(each).includes(textKey(text)))
}

function orderOf({ sort = 'created', descending = sort === 'created' }: VideoQuery) {
  const compare: (one: Video, other: Video) => number = {
    created: (one: Video, other: Video) => one.createdAt.getTime() - other.createdAt.getTime(),
    title: (one: Video, other: Video) => compareText(textKey(one.title), textKey(other.title)),
    duration: (one: Video, other: Video) => (one.durationSec ?? -1) - (other.durationSec ?? -1),
    size: (one: Video, other: Video) => one.byteLength - other.byteLength,
  }[sort]
  return (one: Video, other: Video) => (descending ? -1 : 1) * (compare(one, other) || compareText(one.id, other.id))
}
