import { ToggleGroup } from 'radix-ui'

/** One of few, all of them seen. */
export function Choice<T extends string>({
  label,
  value,
  choices,
  onChoose,
}: {
  readonly label: string
  readonly value: T
  readonly choices: readonly (readonly [value: T, label: string])[]
  readonly onChoose: (value: T) => void
}) {
  return (
    <div className="grid gap-1.5">
      <span aria-hidden="true" className="text-sm font-medium">
        {label}
      </span>
      <ToggleGroup.Root
        type="single"
        aria-label={label}
        value={value}
        onValueChange={(next) => next && onChoose(next as T)}
        className="flex h-9 w-fit rounded-lg border border-line bg-panel p-0.5 max-md:h-11 max-md:w-full"
      >
        {choices.map(([each, text]) => (
          <ToggleGroup.Item
            key={each}
            value={each}
            className="flex-auto rounded-md px-2.5 text-sm font-medium whitespace-nowrap text-muted transition-colors hover:text-ink data-[state=on]:bg-raised data-[state=on]:text-ink"
          >
            {text}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
    </div>
  )
}
