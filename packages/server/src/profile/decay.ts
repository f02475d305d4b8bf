const HOUR_MS = 3_600_000

/** What is left of a score after some time. Time that runs backwards takes nothing away. */
export const decay = (score: number, elapsedMs: number, halfLifeHours: number): number =>
  score * 2 ** (-Math.max(0, elapsedMs) / (halfLifeHours * HOUR_MS))
