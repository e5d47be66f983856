/** What the system said, for errors of node:fs. */
function systemCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code
}

export function isMissing(error: unknown): boolean {
  return systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR'
}

export function isNoSpace(error: unknown): boolean {
  return systemCode(error) === 'ENOSPC' || systemCode(error) === 'EDQUOT'
}

export function isAlreadyThere(error: unknown): boolean {
  return systemCode(error) === 'EEXIST'
}

/** The file system knows no hard links, or not between these two places. */
export function cannotLink(error: unknown): boolean {
  return ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS', 'EACCES'].includes(systemCode(error) ?? '')
}
