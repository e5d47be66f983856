import type { ChatMember } from 'grammy/types'

/** What a bot may do in a chat. */
export interface BotRights {
  readonly status: ChatMember['status']
  readonly canPost: boolean
  /** Also pins (Bot API: in channels this right allows pinning). */
  readonly canEdit: boolean
  readonly canDelete: boolean
}

export function rightsOf(member: ChatMember): BotRights {
  const { status } = member
  if (status === 'creator') return { status, canPost: true, canEdit: true, canDelete: true }
  if (status !== 'administrator') return { status, canPost: false, canEdit: false, canDelete: false }
  return {
    status,
    // Absent outside channels, where every member may write.
    canPost: member.can_post_messages ?? true,
    canEdit: member.can_edit_messages ?? true,
    canDelete: member.can_delete_messages,
  }
}

/** The rights that the store needs and this bot lacks, in the words of Telegram's own apps. */
export function missingRights(rights: BotRights): string[] {
  return [
    ...(rights.canPost ? [] : ['Post Messages']),
    ...(rights.canEdit ? [] : ['Edit Messages of Others']),
    ...(rights.canDelete ? [] : ['Delete Messages of Others']),
  ]
}
