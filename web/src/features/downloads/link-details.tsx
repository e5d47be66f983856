import type { LinkInfo } from '../../../../src/surfaces/http/contract/download.ts'
import { Chip } from '../../components/chip.tsx'
import { Facts } from '../../components/facts.tsx'
import { formatBytes, formatClock, languageName } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import { EntryList } from './entry-list.tsx'
import { FormatList } from './format-list.tsx'

/** What stands at an address: title, length, formats, languages, entries. */
export function LinkDetails({ address, info }: { readonly address: string; readonly info: LinkInfo }) {
  const { title, kind, isLive, durationSec, byteLength, uploader, formats, entries, notes } = info
  const words = t.downloads.info
  const facts: [string, string][] = [
    [words.audio, languages(info.audioLanguages)],
    [words.subtitles, languages(info.subtitleLanguages)],
  ]
  const known = facts.filter(([, value]) => value !== '')
  return (
    <>
      <div className="flex gap-3">
        {info.thumbnail?.startsWith('data:image/') ? (
          <img src={info.thumbnail} alt="" className="h-16 rounded-md object-cover" />
        ) : null}
        <div className="grid min-w-0 content-start gap-1.5">
          <h2 className="text-base" dir="auto">
            {title}
          </h2>
          <p className="flex flex-wrap items-center gap-1.5">
            <Chip>{t.downloads.kinds[kind]}</Chip>
            {isLive ? <Chip tone="bad">● {words.live}</Chip> : null}
            {durationSec === null || isLive ? null : <Chip>{formatClock(durationSec)}</Chip>}
            {byteLength === null ? null : <Chip>{words.size(formatBytes(byteLength))}</Chip>}
            {uploader ? <span className="text-sm text-muted">{words.by(uploader)}</span> : null}
          </p>
        </div>
      </div>
      {known.length > 0 && <Facts facts={known} />}
      {notes.length > 0 && (
        <ul aria-label={words.notes} className="grid gap-1 text-sm text-muted">
          {notes.map((note) => (
            <li key={note} dir="auto">
              {note}
            </li>
          ))}
        </ul>
      )}
      {formats.length > 1 && <FormatList address={address} formats={formats} />}
      {entries.length > 0 && <EntryList address={address} entries={entries} />}
    </>
  )
}

function languages(tags: readonly string[]): string {
  return tags.map((tag) => languageName(tag) ?? tag).join(', ')
}
