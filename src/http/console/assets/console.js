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

// Files of this computer go into the fields that are named like them; a folder is a whole config.
for (const input of document.querySelectorAll('input')) {
  if (input.dataset.fills) input.addEventListener('change', () => fill(input, input.dataset.fills ?? ''))
}

/**
 * @param {HTMLInputElement} input
 * @param {string} prefix
 */
async function fill(input, prefix) {
  const isWhole = 'whole' in input.dataset
  const files = [...(input.files ?? [])]
  const taken = new Set()
  /** @type {string[]} */
  const left = []
  for (const file of files) {
    // Of a folder its own files, not those of folders in it.
    const isDeep = file.webkitRelativePath.split('/').length > 2
    if (!isDeep && /^[a-z][a-z-]{0,40}\.yaml$/.test(file.name)) {
      const details = fieldFor(prefix + file.name, file.name)
      const field = details?.querySelector('textarea')
      if (!field || !details) continue
      field.value = await file.text()
      field.disabled = false
      details.hidden = false
      details.open = !isWhole
      taken.add(field)
    } else if (!isDeep) left.push(file.name)
  }
  if (taken.size > 0) {
    const whole = input.form?.elements.namedItem('whole')
    for (const field of input.form?.querySelectorAll('textarea') ?? []) {
      if (isWhole) field.disabled = !taken.has(field)
      const details = field.closest('details')
      if (details) details.hidden = field.disabled
    }
    if (whole instanceof HTMLInputElement && isWhole) whole.value = 'yes'
  }
  const said = document.getElementById('filled')
  if (!said) return
  const count = `${taken.size} ${taken.size === 1 ? 'file' : 'files'}`
  const rest = left.length > 0 ? ` Not of a config, and left out: ${left.slice(0, 10).join(', ')}.` : ''
  said.textContent =
    taken.size === 0
      ? `None of these is a file of a config.${rest}`
      : isWhole
        ? `The config is now the ${count} of this folder.${rest}`
        : `${count} put in.${rest}`
}

/**
 * The field of a file, made where there is none yet.
 * @param {string} key
 * @param {string} name
 * @returns {HTMLDetailsElement | null | undefined}
 */
function fieldFor(key, name) {
  for (const field of document.querySelectorAll('textarea')) if (field.name === key) return field.closest('details')
  const sample = document.querySelector('#texts details')
  if (!(sample instanceof HTMLDetailsElement)) return null
  const copy = /** @type {HTMLDetailsElement} */ (sample.cloneNode(true))
  const [summary, label, field] = [
    copy.querySelector('summary'),
    copy.querySelector('label'),
    copy.querySelector('textarea'),
  ]
  if (!summary || !label || !field) return null
  summary.textContent = name
  label.textContent = name
  label.htmlFor = `text-${name}`
  field.id = `text-${name}`
  field.name = key
  document.getElementById('texts')?.append(copy)
  return copy
}

// What takes a while says so, and for how long already.
document.addEventListener('submit', (event) => {
  const busy = event.target instanceof HTMLFormElement ? event.target.querySelector('[data-busy]') : null
  if (!(busy instanceof HTMLElement) || event.defaultPrevented) return
  busy.hidden = false
  const since = performance.now()
  const counted = busy.querySelector('time')
  setInterval(() => {
    if (counted) counted.textContent = span(performance.now() - since)
  }, 1000)
})
addEventListener('pageshow', () => {
  for (const busy of document.querySelectorAll('[data-busy]')) if (busy instanceof HTMLElement) busy.hidden = true
})
