// The demo bar's one button: erases what the server knows of this visitor, then starts over.
document.getElementById('forget').addEventListener('click', async () => {
  const said = document.getElementById('forget-said')
  try {
    const reply = await fetch('/u/v1/visitor', { method: 'DELETE' })
    if (!reply.ok) throw new Error(`status ${reply.status}`)
    location.reload()
  } catch (error) {
    said.textContent = `Could not erase the visitor (${error.message}). Is the server running? Try again.`
  }
})
