/** Each has a budget of its own: what is used up for sending does not hold up reading. */
export type CallKind = 'send' | 'delete' | 'read'
