import { ExternalStore, useStored } from './external-store.ts'

export type ThemeChoice = 'system' | 'dark' | 'light'

/** Also read by public/theme.js before the first paint; a plain word, not JSON. */
const KEY = 'telereel.theme'
const systemDark = matchMedia('(prefers-color-scheme: dark)')

function read(): ThemeChoice {
  try {
    const text = localStorage.getItem(KEY)
    return text === 'dark' || text === 'light' ? text : 'system'
  } catch {
    return 'system'
  }
}

const chosen = new ExternalStore(read())

function apply(): void {
  const choice = chosen.get()
  const isDark = choice === 'dark' || (choice === 'system' && systemDark.matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
}

systemDark.addEventListener('change', apply)

export function chooseTheme(next: ThemeChoice): void {
  chosen.set(next)
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Kept until the page closes.
  }
  apply()
}

export function useThemeChoice(): ThemeChoice {
  return useStored(chosen)
}
