/** `1 video`, `2 videos`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** `1.4 GB`, decimal, at most three digits. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toPrecision(value >= 10 ? 3 : 2)} ${units[unit]}`
}

/** `1:02:03` or `2:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}

/** `━━━━━╸────`, `cells` wide. */
export function formatBar(percent: number, cells: number): string {
  const filled = (Math.min(100, Math.max(0, percent)) / 100) * cells
  const whole = Math.floor(filled)
  const half = filled - whole >= 0.5 ? '╸' : ''
  return '━'.repeat(whole) + half + '─'.repeat(cells - whole - half.length)
}
