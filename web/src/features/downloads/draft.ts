import type { DownloadOrder, LinkQuestion } from '../../../../src/surfaces/http/contract/download.ts'
import { ExternalStore } from '../../lib/external-store.ts'
import { type AddressChoice, identityOf, NO_WISHES, orderOf, type Wishes } from './order-of.ts'
import { addressesIn } from './addresses.ts'
import { orders } from './orders.ts'

export interface Draft {
  readonly text: string
  readonly wishes: Wishes
  /** What was asked about each address, with the headers of that moment. */
  readonly looks: Readonly<Record<string, LinkQuestion>>
  readonly choices: Readonly<Record<string, AddressChoice>>
}

const EMPTY: Draft = { text: '', wishes: NO_WISHES, looks: {}, choices: {} }

/** The server looks at ten addresses a minute. */
const LOOKS_AT_ONCE = 10

/** What stands in the form; it stays while other pages are looked at. */
export const draft = new ExternalStore<Draft>(EMPTY)

export function changeDraft(part: Partial<Draft>): void {
  draft.set({ ...draft.get(), ...part })
}

export function changeWishes(part: Partial<Wishes>): void {
  changeDraft({ wishes: { ...draft.get().wishes, ...part } })
}

export function choose(address: string, part: AddressChoice): void {
  const { choices } = draft.get()
  changeDraft({ choices: { ...choices, [address]: { ...choices[address], ...part } } })
}

/** Asks about these, as many as the server takes at once; of more the next ones when it is called again. */
export function lookAt(addresses: readonly string[]): void {
  const { looks } = draft.get()
  const unasked = addresses.filter((url) => !isAsked(looks[url], url))
  const questions = (unasked.length > 0 ? unasked : addresses)
    .slice(0, LOOKS_AT_ONCE)
    .map((url) => [url, questionOf(url)] as const)
  changeDraft({ looks: { ...looks, ...Object.fromEntries(questions) } })
}

/** Whether that was asked with the headers that stand in the form now. */
export function isAsked(question: LinkQuestion | undefined, url: string): boolean {
  return JSON.stringify(question) === JSON.stringify(questionOf(url))
}

function questionOf(url: string): LinkQuestion {
  return { url, identity: identityOf(draft.get().wishes) }
}

export function leaveOut(address: string): void {
  const rest = addressesIn(draft.get().text).addresses.filter((each) => each !== address)
  changeDraft({ text: rest.join('\n') })
}

/** Orders all that stands in the form, and empties it; how to fetch stays for the next ones. */
export function start(): void {
  const { text, wishes, choices } = draft.get()
  const { addresses } = addressesIn(text)
  orders.add(addresses.map((url) => orderOf(url, wishes, choices[url] ?? {}, addresses.length === 1)))
  changeDraft({ ...EMPTY, wishes: { ...wishes, title: '' } })
}

/** Puts an address back into the form, to be changed. The queries of addresses are not kept: it may be only a part. */
export function startAnew(address: string, order: DownloadOrder | undefined): void {
  const { text } = draft.get()
  changeDraft({ text: [text.trim(), order?.url ?? address].filter(Boolean).join('\n') })
}
