import Table from 'cli-table3'
import type { LinkInfo } from '#domain/download.ts'
import { count, formatBytes, formatDuration } from './format-values.ts'
import type { Terminal } from './terminal.ts'

const KINDS: Readonly<Record<LinkInfo['kind'], string>> = { hls: 'HLS stream', file: 'media file', page: 'page' }

/** What stands at an address, for people and for programs. */
export function showLink(info: LinkInfo, terminal: Terminal): void {
  terminal.data({ v: 1, type: 'item', ...info })
  const length = info.durationSec === null ? [] : [formatDuration(info.durationSec)]
  const size = info.byteLength === null ? [] : [formatBytes(info.byteLength)]
  terminal.print(terminal.colors.bold(info.title))
  terminal.print(`  ${[KINDS[info.kind], ...(info.isLive ? ['live'] : length), ...size].join(' · ')}`)
  const facts = [
    ['by', info.uploader ?? ''],
    ['audio', info.audioLanguages.join(', ')],
    ['subtitles', info.subtitleLanguages.join(', ')],
  ] as const
  for (const [name, value] of facts) if (value !== '') terminal.print(`  ${name.padEnd(12)}${value}`)
  if (info.formats.length > 0) terminal.print(formatTable(info))
  if (info.entries.length > 0) showEntries(info, terminal)
  for (const note of info.notes) terminal.print(`  note        ${note}`)
}

function showEntries({ entries }: LinkInfo, terminal: Terminal): void {
  terminal.print(`  a list of ${count(entries.length, 'video')}; choose with --entries`)
  for (const { number, title, durationSec } of entries) {
    const clock = durationSec === null ? '' : `  ${formatDuration(durationSec)}`
    terminal.print(`  ${String(number).padStart(4)}  ${title}${clock}`)
  }
}

function formatTable({ formats }: LinkInfo): string {
  const table = new Table({ head: ['format', 'what', 'size'], style: { head: [], border: [], compact: true } })
  for (const { id, label, byteLength } of formats) {
    table.push([id, label, byteLength === null ? '' : formatBytes(byteLength)])
  }
  return table.toString()
}
