/** The shape of a card while its video loads. */
export function SkeletonCard() {
  return (
    <div className="appear-late" aria-hidden="true">
      <div className="aspect-video rounded-xl bg-raised" />
      <div className="mt-3 h-3.5 w-3/4 rounded bg-raised" />
      <div className="mt-2.5 h-3 w-1/2 rounded bg-raised" />
    </div>
  )
}
