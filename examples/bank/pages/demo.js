// Whoever logs in or out is somebody else to the page: what was decided before is void.
for (const form of document.querySelectorAll('form[action="/login"], form[action="/logout"]')) {
  form.addEventListener('submit', () => window.unblink && window.unblink.push('forget'))
}

// So does whoever chooses to be somebody else; the server then gives this browser another visitor id.
for (const link of document.querySelectorAll('a[href^="?visitor="]')) {
  link.addEventListener('click', () => window.unblink && window.unblink.push('forget'))
}

// The demo bar's one button: erases what the server and this browser know of this visitor, then starts over.
document.getElementById('forget').addEventListener('click', async () => {
  const said = document.getElementById('forget-said')
  try {
    const reply = await fetch('/u/v1/visitor', { method: 'DELETE' })
    if (!reply.ok) throw new Error(`status ${reply.status}`)
    if (window.unblink) window.unblink.push('forget')
    location.reload()
  } catch (error) {
    said.textContent = `Could not erase the visitor (${error.message}). Is the server running? Try again.`
  }
})

// The visitor's own panel, and what they choose there: the bank keeps it, and renders it into the next page's head.
document.getElementById('why').addEventListener('click', () => window.unblink && window.unblink.push('panel'))
addEventListener('unblink-consent', ({ detail }) => {
  document.cookie = `bank_consent=${detail.personalization}; path=/; max-age=31536000; samesite=lax`
})
