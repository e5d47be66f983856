import type { DownloadChoice } from '#domain/download.ts'
import { toLanguageTag } from '#lib/language-tag/language-tag.ts'
import type { MultivariantPlaylist, Rendition, Variant } from '#lib/hls/multivariant-playlist.ts'
import { wishMet } from './language-wish.ts'
import type { PlannedRendition } from './planned-rendition.ts'
import type { VariantGroup } from './variant-group.ts'

/** Every playlist costs a request and a place in memory; nobody offers so many languages in earnest. */
const MAX_AUDIO = 16
const MAX_SUBTITLES = 48

export interface ChosenRenditions {
  /** `main` first. */
  readonly renditions: readonly [PlannedRendition, ...PlannedRendition[]]
  readonly notes: readonly string[]
}

/**
 * The chosen variant with the audio and subtitles renditions of its groups that are wished. Renditions without address
 * are inside the variant. Video renditions and closed captions are no playlists of their own here.
 */
export function chooseRenditions(
  playlist: MultivariantPlaylist,
  group: VariantGroup,
  choice: Pick<DownloadChoice, 'quality' | 'audioLanguages' | 'subtitleLanguages'>,
): ChosenRenditions {
  const notes: string[] = []
  const audio = chooseAudio(membersOf(playlist, group, 'AUDIO'), choice.audioLanguages, notes)
  const subtitles = chooseSubtitles(membersOf(playlist, group, 'SUBTITLES'), choice.subtitleLanguages, notes)
  const subtitlesPlanned = subtitles.map((member, index) => planned(member, 'subtitles', `s${index}`))
  const { main, others } = withMain(group, audio, choice.quality === 'audio-only', notes)
  return { renditions: [main, ...others, ...subtitlesPlanned], notes }
}

type GroupType = 'AUDIO' | 'SUBTITLES'

/** A rendition and the addresses of its likes on other pathways. */
interface Member {
  readonly rendition: Rendition
  readonly addresses: readonly string[]
  readonly isDefault: boolean
}

/** The members of the first variant's group; those of its likes only add addresses. */
function membersOf(playlist: MultivariantPlaylist, { variants }: VariantGroup, type: GroupType): readonly Member[] {
  const [own, ...likes] = new Set(variants.map((variant) => groupOf(variant, type)))
  const members = new Map<string, { rendition: Rendition; addresses: string[]; isDefault: boolean }>()
  for (const rendition of renditionsIn(playlist, type, own)) {
    const key = labelKey(rendition)
    if (!members.has(key)) members.set(key, { rendition, addresses: [], isDefault: rendition.isDefault })
  }
  for (const groupId of [own, ...likes]) {
    for (const rendition of renditionsIn(playlist, type, groupId)) {
      const member = members.get(labelKey(rendition))
      if (member && rendition.url !== null && !member.addresses.includes(rendition.url)) {
        member.addresses.push(rendition.url)
      }
    }
  }
  return [...members.values()]
}

function renditionsIn({ renditions }: MultivariantPlaylist, type: GroupType, groupId: string | null | undefined) {
  if (groupId === null || groupId === undefined) return []
  return renditions.filter((rendition) => rendition.type === type && rendition.groupId === groupId)
}

function labelKey({ name, language, channels, characteristics, forced }: Rendition): string {
  return JSON.stringify([name, language, channels, characteristics, forced])
}

function groupOf(variant: Variant, type: GroupType): string | null {
  return type === 'AUDIO' ? variant.audioGroup : variant.subtitlesGroup
}

function chooseAudio(members: readonly Member[], wishes: readonly string[], notes: string[]): readonly Member[] {
  if (wishes.length === 0) return capped(oneDefault(members), MAX_AUDIO, 'audio renditions', notes)
  const met = liked(members, wishes)
  if (met.length > 0)
    return capped(
      met.map((member, index) => ({ ...member, isDefault: index === 0 })),
      MAX_AUDIO,
      'audio renditions',
      notes,
    )
  if (members.length > 0) {
    notes.push(
      `No sound in ${wishes.join(', ')}: it comes in ${languagesOf(members)}; taken is what the stream prefers.`,
    )
  }
  return oneDefault(members).filter(({ isDefault }) => isDefault)
}

function chooseSubtitles(
  all: readonly Member[],
  wishes: DownloadChoice['subtitleLanguages'],
  notes: string[],
): readonly Member[] {
  const members = all.filter(({ addresses }) => addresses.length > 0)
  if (wishes === 'none') return []
  if (wishes === 'all') return capped(members, MAX_SUBTITLES, 'subtitles', notes)
  const met = liked(members, wishes)
  if (met.length === 0 && members.length > 0 && wishes.length > 0) {
    notes.push(`No subtitles in ${wishes.join(', ')}: there are ${languagesOf(members)}.`)
  }
  return capped(met, MAX_SUBTITLES, 'subtitles', notes)
}

/** Sorting is stable: within one language the order of the playlist stays. */
function liked(members: readonly Member[], wishes: readonly string[]): readonly Member[] {
  const placed = members.map((member) => ({ member, place: wishMet(member.rendition.language, wishes) }))
  const met = placed.filter((entry): entry is { member: Member; place: number } => entry.place !== null)
  return met.toSorted((a, b) => a.place - b.place).map(({ member }) => member)
}

function oneDefault(members: readonly Member[]): readonly Member[] {
  const at = Math.max(
    0,
    members.findIndex(({ isDefault }) => isDefault),
  )
  return members.map((member, index) => ({ ...member, isDefault: index === at }))
}

function capped(members: readonly Member[], most: number, what: string, notes: string[]): readonly Member[] {
  if (members.length > most) notes.push(`Of ${members.length} ${what} only the first ${most} are taken.`)
  return members.slice(0, most)
}

/**
 * Sound without address lies in the variant and gives `main` its language. A rendition at the address of the variant
 * is the variant. Where only sound is wished and the variant has a picture, the first rendition takes its place.
 */
function withMain(group: VariantGroup, audio: readonly Member[], soundAlone: boolean, notes: string[]) {
  const own = audio.find(({ addresses }) => addresses.length === 0 || addresses.some((url) => isOf(group, url)))
  const apart = audio.filter((member) => member !== own && member.addresses.length > 0)
  const lead = soundAlone && group.hasVideo ? (apart.find(({ isDefault }) => isDefault) ?? apart[0]) : undefined
  if (lead) {
    const rest = apart.filter((member) => member !== lead)
    return {
      main: planned(lead, 'main', 'main'),
      others: rest.map((member, index) => planned(member, 'audio', `a${index}`)),
    }
  }
  if (soundAlone && group.hasVideo) notes.push('The stream offers no sound by itself: the picture comes along.')
  const [first, ...more] = group.variants.map(({ url }) => url as string) as [string, ...string[]]
  const main: PlannedRendition = { ...labelsOf(own), id: 'main', kind: 'main', addresses: [first, ...more] }
  return { main, others: apart.map((member, index) => planned(member, 'audio', `a${index}`)) }
}

function isOf(group: VariantGroup, url: string): boolean {
  return group.variants.some((variant) => variant.url === url)
}

function planned(member: Member, kind: PlannedRendition['kind'], id: string): PlannedRendition {
  const [first, ...more] = member.addresses as [string, ...string[]]
  return { ...labelsOf(member), id, kind, addresses: [first, ...more] }
}

const HEARING_IMPAIRED = 'public.accessibility.transcribes-spoken-dialog'

function labelsOf(member: Member | undefined): Omit<PlannedRendition, 'id' | 'kind' | 'addresses'> {
  const rendition = member?.rendition
  return {
    name: rendition?.name ?? '',
    language: toLanguageTag(rendition?.language),
    isDefault: member?.isDefault ?? true,
    forced: rendition?.forced ?? false,
    hearingImpaired: rendition?.characteristics.includes(HEARING_IMPAIRED) ?? false,
  }
}

function languagesOf(members: readonly Member[]): string {
  return [...new Set(members.map(({ rendition }) => toLanguageTag(rendition.language)))].join(', ')
}
