/** A scenario in words: a title and what else is out of the ordinary. */
export function describeScenario({ profileMs, libraryMs, libraryFault, cpu, rttMs }) {
  const more = [
    `CPU ${cpu === 1 ? 'as it is' : `${cpu}× slower`}`,
    rttMs > 0 && `round trip ${rttMs} ms`,
    libraryFault && `library ${libraryFault}`,
    libraryMs !== 40 && `library after ${libraryMs} ms`,
  ]
  const title = Number.isFinite(profileMs) ? `Profile answers after ${profileMs} ms` : 'Profile never answers'
  return { title, details: more.filter(Boolean).join(', ') }
}
