import { Progress } from 'radix-ui'

/** `value` 0 to 100, null while it cannot be said. Read aloud in steps of ten. */
export function ProgressBar({
  value,
  label,
  className = '',
}: {
  readonly value: number | null
  readonly label: string
  readonly className?: string
}) {
  const spoken = value === null ? null : Math.floor(value / 10) * 10
  return (
    <Progress.Root
      value={spoken}
      aria-label={label}
      className={`h-1.5 overflow-hidden rounded-full bg-raised ${className}`}
    >
      <Progress.Indicator
        className={`block h-full rounded-full bg-accent transition-[width] duration-300 ${value === null ? 'breathe' : ''}`}
        style={{ width: `${value ?? 30}%` }}
      />
    </Progress.Root>
  )
}
