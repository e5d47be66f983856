import { Clapperboard, CloudUpload, Download, Gauge, type LucideIcon } from 'lucide-react'
import type { ComponentType } from 'react'
import { t } from '../strings/strings.ts'
import { DownloadBadge } from './download-badge.tsx'
import { UploadBadge } from './upload-badge.tsx'

export interface NavItem {
  readonly path: string
  readonly label: string
  readonly Icon: LucideIcon
  /** Addresses that also belong to it. */
  readonly also?: string
  /** How much goes on there. */
  readonly Badge?: ComponentType
}

/** The tabs, in their order. The phone shows the first four and puts the rest behind “More”. */
export const NAV_ITEMS: readonly NavItem[] = [
  { path: '/dashboard', label: t.nav.dashboard, Icon: Gauge },
  { path: '/', label: t.nav.library, Icon: Clapperboard, also: '/video' },
  { path: '/upload', label: t.nav.upload, Icon: CloudUpload, Badge: UploadBadge },
  { path: '/downloads', label: t.nav.downloads, Icon: Download, Badge: DownloadBadge },
]

export function isCurrent({ path, also }: NavItem, location: string): boolean {
  return location === path || (also !== undefined && location.startsWith(`${also}/`))
}
