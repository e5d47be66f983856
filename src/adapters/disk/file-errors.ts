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

/** By its rights, because it lies on something that can only be read, or because a link lies in its place. */
export function mayNotWrite(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS', 'ELOOP'].includes(systemCode(error) ?? '')
}

export function isAlreadyThere(error: unknown): boolean {
  return systemCode(error) === 'EEXIST'
}

/** The file system knows no hard links, or not between these two places. */
export function cannotLink(error: unknown): boolean {
  return ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS', 'EACCES'].includes(systemCode(error) ?? '')
}
