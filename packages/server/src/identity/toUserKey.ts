/**
 * Under which a user's profile is kept among those of visitors. No visitor's id looks so (those are UUIDs), and none that a page
 * names is believed that does: a user's profile is reached through a visitor who is linked to it, or with a server key.
 */
export const toUserKey = (user: string): string => `user:${user}`
