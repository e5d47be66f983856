/* Before the first paint: the theme that was chosen in this browser, else the system's. src/lib/theme.ts does the rest. */
try {
  var chosen = localStorage.getItem('telereel.theme')
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
} catch {
  document.documentElement.dataset.theme = 'dark'
}
