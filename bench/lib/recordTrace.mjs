/** Everything that Chromium traces in these categories while `act` runs. */
export async function recordTrace(session, includedCategories, act) {
  const events = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  const traceConfig = { includedCategories, recordMode: 'recordAsMuchAsPossible' }
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig })
  await act()
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  return events
}
