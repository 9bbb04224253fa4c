// The script of every page; search.js and suggest.js are appended to it. Pages work
// without it: it adds keys, the reader's time zone, themes, copying and diagrams.
(() => {
  'use strict'

  // Storage may be forbidden; then a choice lasts as long as the page.
  const memory = {
    get: k => { try { return localStorage.getItem('postern.' + k) } catch { return null } },
    set: (k, v) => { try { localStorage.setItem('postern.' + k, v) } catch { /* kept for this page only */ } }
  }

  // The theme is set before the body is parsed, so that nothing flashes.
  const root = document.documentElement
  const setTheme = name => { if (name) root.dataset.theme = name; else delete root.dataset.theme }
  setTheme(memory.get('theme'))

  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector))
  const one = (selector, from = document) => from.querySelector(selector)
  // Every word that a script shows comes with the page, in the page's language.
  const text = key => JSON.parse(document.body.dataset.texts)[key]

  const themeSwitch = () => {
    const box = one('[data-theme-switch]')
    box.hidden = false
    for (const input of all('input', box)) {
      input.checked = input.value === (memory.get('theme') || '')
      input.addEventListener('change', () => {
        memory.set('theme', input.value)
        setTheme(input.value)
        document.dispatchEvent(new Event('themechange'))
      })
    }
  }

  // Instants arrive in UTC, which stays in the title. They are shown in the reader's
  // zone, with its name, in the portal's date format.
  const localTimes = from => {
    const format = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' })
    for (const t of all('time[data-local]', from)) {
      const at = new Date(t.dateTime)
      if (isNaN(at)) continue
      t.title = t.textContent
      t.textContent = format.format(at).replace('Sept', 'Sep') // some browsers have four letters for this one
      t.removeAttribute('data-local')
    }
  }

  // Keys are off while the reader types, and by the switch in the list of keys
  // (WCAG 2.1.4).
  const move = step => {
    const items = all('[data-item]')
    const item = items[Math.max(items.indexOf(document.activeElement) + step, 0)]
    item?.focus()
    item?.scrollIntoView({ block: 'nearest' })
  }
  const keys = {
    '/': () => { const q = one('input[name=q]'); if (q) { q.focus(); q.select() } },
    '?': () => one('#keys').showModal(),
    j: () => move(1),
    k: () => move(-1)
  }
  // Arrows move only where they have no other use: from the search box, and on.
  const arrows = [['ArrowDown', 1, '.find input, [data-item]'], ['ArrowUp', -1, '[data-item]']]
  const keyboard = () => {
    const on = one('[data-keys-switch]')
    on.checked = memory.get('keys') !== 'off'
    on.addEventListener('change', () => memory.set('keys', on.checked ? 'on' : 'off'))
    for (const b of all('[data-open]')) {
      b.hidden = false
      b.addEventListener('click', () => document.getElementById(b.dataset.open).showModal())
    }
    document.addEventListener('keydown', e => {
      const typing = e.target.closest('input, textarea, select, [contenteditable]')
      if (e.isComposing) return // the keys choose a Chinese word
      if (e.key === 'Escape' && typing) return typing.blur()
      for (const [key, step, from] of arrows) {
        if (e.key === key && e.target.matches(from)) { e.preventDefault(); return move(step) }
      }
      if (typing || e.ctrlKey || e.metaKey || e.altKey || !on.checked || one('dialog[open]')) return
      if (Object.hasOwn(keys, e.key)) { e.preventDefault(); keys[e.key]() }
    })
  }

  // The search box takes one line. Pasted text with more lines, or too long for the
  // box, is posted to the page that reads all of it.
  const pasting = () => {
    for (const input of all('form.find input[name=q]')) {
      input.addEventListener('paste', e => {
        const text = (e.clipboardData?.getData('text/plain') ?? '').trim()
        if (!text.includes('\n') && text.length <= input.maxLength) return
        e.preventDefault()
        const form = document.createElement('form')
        form.method = 'post'
        form.action = document.body.dataset.base + '/similar'
        form.hidden = true
        const area = document.createElement('textarea')
        area.name = 'text'
        area.value = text
        form.append(area)
        document.body.append(form)
        form.submit()
      })
    }
  }

  const copyButtons = () => {
    if (!navigator.clipboard) return
    for (const pre of all('pre:not(.mermaid)')) {
      const b = document.createElement('button')
      b.type = 'button'
      b.className = 'copy'
      b.textContent = text('copy')
      b.addEventListener('click', async () => {
        await navigator.clipboard.writeText(one('code', pre).textContent)
        b.textContent = text('copied')
        setTimeout(() => { b.textContent = text('copy') }, 1500)
      })
      pre.append(b)
    }
  }

  const anchors = () => {
    for (const h of all('.prose :is(h1, h2, h3, h4)[id]')) {
      const a = document.createElement('a')
      a.className = 'anchor'
      a.href = '#' + h.id
      a.textContent = '#'
      a.setAttribute('aria-label', text('anchor').replace('{title}', () => h.textContent))
      h.append(a)
    }
  }

  // named returns the id in a hash, "" for a malformed one such as "#%".
  const named = hash => { try { return decodeURIComponent(hash.slice(1)) } catch { return '' } }

  // The contents mark the heading that is being read.
  const contents = () => {
    const links = new Map(all('.toc a').map(a => [named(a.hash), a]))
    if (!links.size) return
    const mark = id => { for (const [k, a] of links) k === id ? a.setAttribute('aria-current', 'true') : a.removeAttribute('aria-current') }
    const seen = new IntersectionObserver(entries => {
      for (const e of entries) if (e.isIntersecting) mark(e.target.id)
    }, { rootMargin: '-60px 0px -70% 0px' })
    for (const id of links.keys()) { const h = document.getElementById(id); if (h) seen.observe(h) }
  }

  // On a phone, report sections longer than the screen are folded into their
  // headings. A link into a folded section opens it, and printing opens all. The
  // height is that of the root element: innerHeight is larger while the browser
  // shows a page that is too wide zoomed out.
  const folds = () => {
    const height = root.clientHeight
    const long = all('.report > section').filter(s => s.offsetHeight > height)
    for (const section of long) {
      const fold = document.createElement('details')
      const head = document.createElement('summary')
      fold.className = 'fold'
      head.append(one('h2', section))
      fold.append(head, ...section.childNodes)
      section.append(fold)
    }
    const reveal = () => {
      const at = document.getElementById(named(location.hash))
      const fold = at && at.closest('.fold')
      if (fold && !fold.open) { fold.open = true; at.scrollIntoView() }
    }
    reveal()
    addEventListener('hashchange', reveal)
    addEventListener('beforeprint', () => { for (const fold of all('.fold')) fold.open = true })
  }

  // Diagrams are drawn in a frame without an origin when they come near the screen.
  // Until then, and if drawing fails, the page shows their source.
  const diagrams = () => {
    const dark = () => getComputedStyle(root).colorScheme === 'dark' ||
      (!root.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches)
    const draw = pre => {
      const frame = document.createElement('iframe')
      frame.className = 'diagram'
      frame.title = text('diagram')
      frame.setAttribute('sandbox', 'allow-scripts')
      frame.height = '0'
      frame.src = document.body.dataset.base + '/mermaid'
      const source = one('code', pre).textContent
      const send = () => frame.contentWindow.postMessage({ source, dark: dark() }, '*')
      window.addEventListener('message', e => {
        if (e.source !== frame.contentWindow) return
        if (e.data.ready) return send()
        if (e.data.height) {
          frame.height = String(Math.min(e.data.height, 4000))
          pre.hidden = true
        } else if (e.data.error) {
          frame.remove()
        }
      })
      document.addEventListener('themechange', send)
      pre.before(frame)
    }
    const near = new IntersectionObserver(entries => {
      for (const e of entries) if (e.isIntersecting) { near.unobserve(e.target); draw(e.target) }
    }, { rootMargin: '400px' })
    for (const pre of all('pre.mermaid')) near.observe(pre)
  }

  // A live page loads itself every 30 seconds and copies the new values into their
  // places. Nothing is added, removed or moved: rows keep their order until a reload.
  const live = () => {
    if (!one('[data-live]')) return
    const every = 30000
    const take = fresh => {
      for (const old of all('[data-live]')) {
        const now = one('[data-live="' + CSS.escape(old.dataset.live) + '"]', fresh)
        if (!now || now.innerHTML === old.innerHTML && now.className === old.className) continue
        old.className = now.className
        old.replaceChildren(...now.childNodes)
        localTimes(old)
      }
    }
    // The browser parses the response as a document: the content security policy
    // forbids turning text into markup here.
    let asking = false
    const ask = () => {
      if (document.hidden || asking) return
      asking = true
      const request = new XMLHttpRequest()
      request.open('GET', location.href)
      request.responseType = 'document'
      request.onload = () => { if (request.status === 200 && request.response) take(request.response) }
      request.onloadend = () => { asking = false } // after a failure too: the next interval tries again
      request.send()
    }
    setInterval(ask, every)
    document.addEventListener('visibilitychange', ask) // a reader who returns to the page sees current values
  }

  document.addEventListener('DOMContentLoaded', () => {
    live()
    themeSwitch()
    localTimes(document)
    keyboard()
    pasting()
    copyButtons()
    anchors()
    contents()
    diagrams()
    if (matchMedia('(max-width: 860px)').matches) {
      for (const d of all('.facets > details')) d.open = false
      folds()
    }
  })
})()
