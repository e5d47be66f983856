import { Clapperboard, CloudUpload, type LucideIcon } from 'lucide-react'
import { t } from '../strings/strings.ts'

export interface NavItem {
  readonly path: string
  readonly label: string
  readonly Icon: LucideIcon
  /** Addresses that also belong to it. */
  readonly also?: string
}

/** The tabs, in their order. The phone shows the first four and puts the rest behind “More”. */
export const NAV_ITEMS: readonly NavItem[] = [
  { path: '/', label: t.nav.library, Icon: Clapperboard, also: '/video' },
  { path: '/upload', label: t.nav.upload, Icon: CloudUpload },
]

export function isCurrent({ path, also }: NavItem, location: string): boolean {
  return location === path || (also !== undefined && location.startsWith(`${also}/`))
}
