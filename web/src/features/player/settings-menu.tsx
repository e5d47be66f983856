import { Settings } from 'lucide-react'
import { IconButton } from '../../components/button.tsx'
import { Menu, MenuChoices, MenuItem, MenuLabel, MenuLine } from '../../components/menu.tsx'
import { formatBitRate } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import type { EngineState, Quality } from './engine.ts'
import { RATES } from './player-actions.ts'

/** Quality, speed, and what helps to understand. */
export function SettingsMenu({
  state,
  rate,
  container,
  onOpenChange,
  onQuality,
  onRate,
  onStats,
  onKeys,
}: {
  readonly state: EngineState
  readonly rate: number
  readonly container: HTMLElement | null
  readonly onOpenChange: (open: boolean) => void
  readonly onQuality: (id: string) => void
  readonly onRate: (rate: number) => void
  readonly onStats: () => void
  readonly onKeys: () => void
}) {
  const playing = state.qualities.find(({ id }) => id === state.playingQuality)
  const auto = { value: 'auto', label: playing ? t.player.autoNow(qualityName(playing)) : t.player.auto }
  return (
    <Menu
      container={container}
      side="top"
      label={t.player.settings}
      onOpenChange={onOpenChange}
      trigger={
        <IconButton label={t.player.settings}>
          <Settings className="size-5" aria-hidden="true" />
        </IconButton>
      }
    >
      {state.qualities.length > 1 && (
        <>
          <MenuLabel>{t.player.quality}</MenuLabel>
          <MenuChoices
            value={state.quality}
            onChoose={onQuality}
            choices={[
              auto,
              ...state.qualities.map((each) => ({
                value: each.id,
                label: qualityName(each),
                note: formatBitRate(each.bitRate),
              })),
            ]}
          />
          <MenuLine />
        </>
      )}
      <MenuLabel>{t.player.speed}</MenuLabel>
      <MenuChoices
        value={String(rate)}
        choices={RATES.map((each) => ({
          value: String(each),
          label: each === 1 ? t.player.normal : t.player.speedNow(each),
        }))}
        onChoose={(value) => onRate(Number(value))}
      />
      <MenuLine />
      <MenuItem onSelect={onStats}>{t.player.stats}</MenuItem>
      <MenuItem onSelect={onKeys}>{t.player.keys}</MenuItem>
    </Menu>
  )
}

function qualityName({ height, bitRate }: Quality): string {
  return height === null ? formatBitRate(bitRate) : `${height}p`
}
