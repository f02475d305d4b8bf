/** Whether an If-None-Match header names this entity; comparison is weak (RFC 9110, 13.1.2). */
export const hasETag = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag)
