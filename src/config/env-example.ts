import { SETTING_GROUPS } from './setting.ts'
import { FURTHER_BOT_NUMBERS, settingTable } from './settings.ts'

const HEADER = `# Settings of Telereel. Copy this file to .env, remove the # before a name, and put in your value.
# The environment wins over .env. \`telereel config\` shows what holds and what is wrong.
# Written from src/config/settings by \`npm run env-example\`; edit it there.
`

/** The text of \`.env.example\`: every setting with its help and default, all of them switched off. */
export function envExample(): string {
  const table = settingTable()
  const groups = SETTING_GROUPS.map((group) => {
    const rows = [...table].filter(([name, setting]) => setting.group === group && !isRepetition(name))
    return [`# ── ${group} ──`, ...rows.map(([name, setting]) => exampleRow(name, setting))].join('\n\n')
  })
  return `${[HEADER, ...groups].join('\n')}\n`
}

/** Further bots differ from the second one by their number only. */
function isRepetition(name: string): boolean {
  return FURTHER_BOT_NUMBERS.slice(1).some((number) => name.endsWith(`_${number}`))
}

function exampleRow(name: string, { help, allowed, fallback }: { help: string; allowed: string; fallback: string }) {
  return [`# ${help}`, `# Allowed: ${allowed}.`, `#${name}=${fallback}`].join('\n')
}
