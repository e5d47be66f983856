/** Hands an address of this server to VLC, where the system knows `vlc://`. */
export function openInVlc(path: string): void {
  location.href = vlcUrl(path)
}

export function vlcUrl(path: string): string {
  return `vlc://${new URL(path, location.href).href}`
}
