import { useSyncExternalStore } from 'react'

export type ThemeChoice = 'system' | 'dark' | 'light'

/** Also read by public/theme.js before the first paint; a plain word, not JSON. */
const KEY = 'telereel.theme'
const systemDark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

function read(): ThemeChoice {
  try {
    const text = localStorage.getItem(KEY)
    return text === 'dark' || text === 'light' ? text : 'system'
  } catch {
    return 'system'
  }
}

let choice = read()

function apply(): void {
  const isDark = choice === 'dark' || (choice === 'system' && systemDark.matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  for (const listener of listeners) listener()
}

systemDark.addEventListener('change', apply)

export function chooseTheme(next: ThemeChoice): void {
  choice = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Kept until the page closes.
  }
  apply()
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => choice,
  )
}
