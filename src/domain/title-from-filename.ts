/** `My.Film_2024.mkv` -> `My Film 2024`: what a video is called until somebody knows better. */
export function titleFromFilename(filename: string): string {
  const stem = filename.replace(/\.[A-Za-z0-9]{1,5}$/, '')
  const words = stem.includes(' ') ? stem : stem.replace(/[._]+/g, ' ')
  return words.trim() || filename || 'Untitled'
}
