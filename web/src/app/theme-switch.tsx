import { Monitor, Moon, Sun } from 'lucide-react'
import { IconButton } from '../components/button.tsx'
import { Menu, MenuChoices } from '../components/menu.tsx'
import { chooseTheme, type ThemeChoice, useThemeChoice } from '../lib/theme.ts'
import { t } from '../strings/strings.ts'

const GLYPHS = { system: Monitor, dark: Moon, light: Sun }

export function ThemeSwitch() {
  const choice = useThemeChoice()
  const Glyph = GLYPHS[choice]
  return (
    <Menu
      label={t.theme.label}
      trigger={
        <IconButton label={`${t.theme.label}: ${t.theme[choice]}`}>
          <Glyph className="size-4.5" aria-hidden="true" />
        </IconButton>
      }
    >
      <MenuChoices
        value={choice}
        choices={(['system', 'dark', 'light'] as const).map((value) => ({ value, label: t.theme[value] }))}
        onChoose={(value) => chooseTheme(value as ThemeChoice)}
      />
    </Menu>
  )
}
