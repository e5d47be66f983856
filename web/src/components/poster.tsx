import { useState } from 'react'
import { Logo } from './logo.tsx'

/** The picture of a video, or art of our own, the same each time for the same video. */
export function Poster({
  id,
  url,
  eager = false,
}: {
  readonly id: string
  readonly url: string | null
  readonly eager?: boolean
}) {
  const [failedUrl, setFailedUrl] = useState<string | null>(null)
  if (url === null || url === failedUrl) return <FallbackArt id={id} />
  return (
    <img
      src={url}
      alt=""
      loading={eager ? 'eager' : 'lazy'}
      decoding="async"
      onError={() => setFailedUrl(url)}
      className="size-full bg-raised object-cover"
    />
  )
}

function FallbackArt({ id }: { readonly id: string }) {
  const seed = Array.from(id).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 3600, 7)
  const hue = 150 + (seed % 120)
  return (
    <div
      className="grid size-full place-items-center"
      style={{
        background: `radial-gradient(120% 140% at ${seed % 100}% 0%, oklch(0.46 0.07 ${hue}) 0%, oklch(0.24 0.035 ${hue + 25}) 70%)`,
      }}
    >
      <Logo className="size-12 text-white/25" />
    </div>
  )
}
