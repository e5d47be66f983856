import { PanelLeftClose, PanelLeftOpen } from 'lucide-react'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { IconButton } from '../components/button.tsx'
import { Logo } from '../components/logo.tsx'
import { readStored, writeStored } from '../lib/stored-value.ts'
import { t } from '../strings/strings.ts'
import { isCurrent, NAV_ITEMS, type NavItem } from './nav-items.ts'

const STORE_KEY = 'rail'

/** The tabs at the left; narrow when folded. */
export function Rail() {
  const [isWide, setWide] = useState(() => readStored(STORE_KEY, true))
  const toggle = () => {
    writeStored(STORE_KEY, !isWide)
    setWide(!isWide)
  }
  const Fold = isWide ? PanelLeftClose : PanelLeftOpen
  return (
    <div
      className={`sticky top-0 flex h-dvh shrink-0 flex-col gap-1 border-r border-line bg-panel p-3 transition-[width] duration-200 ease-calm max-md:hidden ${isWide ? 'w-58' : 'w-16'}`}
    >
      <nav aria-label={t.nav.label}>
        <Link href="/" aria-label={t.brand} className="mb-4 flex h-10 items-center gap-2.5 rounded-lg px-1.5">
          <Logo className="size-7 shrink-0 text-accent" />
          {isWide && <span className="text-lg font-semibold tracking-tight">{t.brand}</span>}
        </Link>
        <ul className="grid gap-0.5">
          {NAV_ITEMS.map((item) => (
            <li key={item.path}>
              <RailLink item={item} isWide={isWide} />
            </li>
          ))}
        </ul>
      </nav>
      <IconButton
        label={isWide ? t.nav.collapse : t.nav.expand}
        aria-expanded={isWide}
        onClick={toggle}
        className="mt-auto"
      >
        <Fold className="size-4.5" aria-hidden="true" />
      </IconButton>
    </div>
  )
}

function RailLink({ item, isWide }: { readonly item: NavItem; readonly isWide: boolean }) {
  const [location] = useLocation()
  const { path, label, Icon, Badge } = item
  const current = isCurrent(item, location)
  return (
    <Link
      href={path}
      aria-current={current ? 'page' : undefined}
      aria-label={isWide ? undefined : label}
      title={isWide ? undefined : label}
      className={`flex h-10 items-center gap-3 rounded-lg px-2.5 text-sm font-medium transition-colors ${current ? 'bg-raised text-ink' : 'text-muted hover:bg-raised/60 hover:text-ink'}`}
    >
      <Icon className={`size-5 shrink-0 ${current ? 'text-accent-ink' : ''}`} aria-hidden="true" />
      {isWide && <span className="flex-1">{label}</span>}
      {Badge && isWide ? <Badge /> : null}
    </Link>
  )
}
