/** 0 to 100: the first points count most, and none of them leads beyond 100. */
export const toScore = (points: number, scale: number): number => Math.round(100 * (1 - Math.exp(-points / scale)))
