// Shows instants in the browser's zone, counts down, and takes what pages need of the keyboard. Everything works without it.
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const started = performance.now()
const server = Number(document.body.dataset.now)

// The clock of the server, for that of this computer may be wrong.
const now = () => server + performance.now() - started

/** @param {number} milliseconds */
function span(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000)
  /** @type {[number, string][]} */
  const units = [
    [Math.floor(seconds / 86400), 'd'],
    [Math.floor((seconds % 86400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ]
  const first = units.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  const shown = units.slice(first, first + 2).filter(([count], at) => at === 0 || count > 0)
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ')
}

function show() {
  for (const element of document.querySelectorAll('time')) {
    if (!element.dataset.show) continue
    const at = Date.parse(element.dateTime)
    if (element.dataset.show === 'countdown') {
      const late = at < now()
      element.textContent = `${span(Math.abs(at - now()))} ${late ? 'late' : 'left'}`
      element.className = late ? 'late' : 'left'
      continue
    }
    if (element.dataset.shown) continue
    element.dataset.shown = 'yes'
    element.title = element.dateTime
    element.textContent = (element.dataset.show === 'time' ? TIME : FULL).format(at)
  }
}

const zone = document.getElementById('zone')
if (zone) zone.textContent = `Times in ${ZONE}`
show()
setInterval(show, 1000)
document.addEventListener('htmx:after:swap', show)

document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select')
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
  const search = document.getElementById('q')
  event.preventDefault()
  if (search) search.focus()
  else document.getElementById('brand')?.click()
})

// A form is sent once, however often its button is pressed; whoever comes back to the page can send it again.
document.addEventListener('submit', (event) => {
  if (!(event.target instanceof HTMLFormElement) || event.target.method !== 'post' || event.defaultPrevented) return
  const buttons = event.target.querySelectorAll('button')
  // Not before the form is on its way.
  setTimeout(() => {
    for (const button of buttons) button.disabled = true
  })
})
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('button')) button.disabled = false
})

// On a phone the menu scrolls: where one is should be seen.
document.querySelector('header [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' })

// Files of this computer go into the fields that are named like them.
for (const input of document.querySelectorAll('input')) {
  const { fills } = input.dataset
  if (!fills) continue
  input.addEventListener('change', async () => {
    for (const file of input.files ?? []) {
      const field = input.form?.elements.namedItem(fills + file.name)
      if (!(field instanceof HTMLTextAreaElement)) continue
      field.value = await file.text()
      const details = field.closest('details')
      if (details) details.open = true
    }
  })
}
