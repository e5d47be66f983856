import { Link, useLocation } from 'wouter'
import { t } from '../strings/strings.ts'
import { isCurrent, NAV_ITEMS } from './nav-items.ts'

/** The tabs on a phone. */
export function BottomBar() {
  const [location] = useLocation()
  return (
    <nav
      aria-label={t.nav.label}
      className="safe-bottom fixed inset-x-0 bottom-0 z-40 border-t border-line bg-panel/95 backdrop-blur md:hidden"
    >
      <ul className="flex">
        {NAV_ITEMS.map((item) => (
          <li key={item.path} className="relative flex-1">
            <Link
              href={item.path}
              aria-current={isCurrent(item, location) ? 'page' : undefined}
              className="flex h-14 flex-col items-center justify-center gap-0.5 text-xs font-medium text-muted aria-[current]:text-accent-ink"
            >
              <item.Icon className="size-5.5" aria-hidden="true" />
              {item.label}
              {item.Badge ? (
                <span className="absolute top-1 left-1/2 ml-2 leading-none">
                  <item.Badge />
                </span>
              ) : null}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
