/** Visitors of the load and of the profiles are the same: those of this run, see `makeBatch`. */
export const RUN = 1

export const toVisitor = (n) => `11111111-0001-4111-8111-${n.toString(16).padStart(12, '0')}`
