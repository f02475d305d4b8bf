import { decay } from '../decay.ts'
import type { EngagementAttribute } from './declaration.ts'
import type { Fact } from './fact.ts'
import { addFading, type Fading } from './fading.ts'
import type { Kind } from './kind.ts'
import { toScore } from './toScore.ts'

function getPoints({ points }: EngagementAttribute, { event, activeMs, isNewView, viewedAt }: Fact): Fading {
  if (event.t === 'interaction') return { score: points.interaction, at: event.at }
  if (event.t === 'conversion') return { score: points.conversion, at: event.at }
  const score = (activeMs / 1_000) * points.activeSecond + (isNewView ? points.pageView : 0)
  return { score, at: viewedAt }
}

export const engagement: Kind<EngagementAttribute, Fading> = {
  fold(state, declaration, fact) {
    const points = getPoints(declaration, fact)
    return points.score > 0 ? addFading(state, points, declaration.halfLifeHours) : state
  },
  read: (state, { halfLifeHours, scale }, now) =>
    state ? toScore(decay(state.score, now - state.at, halfLifeHours), scale) : 0,
  merge: (left, right, { halfLifeHours }) => addFading(left, right, halfLifeHours),
}
