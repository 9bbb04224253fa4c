// Search while typing, on the search page. Results are taken from the page that the
// form leads to, escaped by the server; the address bar always has the address of
// what is shown.
(() => {
  'use strict'
  const one = (selector, from = document) => from.querySelector(selector)
  const text = key => JSON.parse(document.body.dataset.texts)[key]

  // The only place where the script makes HTML; see the content security policy.
  const policy = window.trustedTypes
    ? trustedTypes.createPolicy('postern', { createHTML: s => s })
    : { createHTML: s => s }

  const typingDelay = 120 // ms: shorter than a pause, longer than a key
  const settleAfter = 1500 // ms without a key: the results get an entry in the history
  const slowAfter = 700 // ms until the page shows that the search is slow
  const longest = 200 // characters: a longer text was pasted; the form sends it

  const start = () => {
    const base = document.body.dataset.base + '/search'
    const form = one('.bar form.find')
    if (!form || location.pathname !== base) return
    const input = one('input[name=q]', form)
    let timer, settling, retrying, running
    let settled = true // the shown results have their own entry in the history
    let shown = location.search

    // Screen readers announce changes of an element that stays; the results are replaced.
    const status = document.createElement('p')
    status.className = 'hide'
    status.setAttribute('role', 'status')
    form.append(status)
    const announce = words => { if (status.textContent !== words) status.textContent = words }

    const view = () => one('main [data-page]')
    const addressOf = query => {
      const q = new URLSearchParams(location.search)
      const next = new URLSearchParams({ q: query })
      if (q.get('sort')) next.set('sort', q.get('sort'))
      return base + '?' + next
    }

    // A search that is being typed has one history entry, which is replaced. The next
    // search adds another.
    const remember = address => {
      if (settled) history.pushState(null, '', address)
      else history.replaceState(null, '', address)
      settled = false
      shown = location.search
      clearTimeout(settling)
      settling = setTimeout(settle, settleAfter)
    }
    const settle = () => {
      clearTimeout(settling)
      settled = true
      document.dispatchEvent(new CustomEvent('searched', { detail: view()?.dataset.query ?? '' }))
    }

    const note = words => {
      one('main .slow')?.remove()
      if (!words) return
      const p = document.createElement('p')
      p.className = 'note slow'
      p.textContent = words
      one('#results h1')?.after(p) ?? one('main').prepend(p)
    }

    // Opened filters stay open, and the focus returns to the same element.
    const replace = page => {
      const main = one('main')
      const open = one('.facets > details', main)?.open ?? !matchMedia('(max-width: 860px)').matches
      const key = main.contains(document.activeElement) && document.activeElement.dataset.key
      const inside = main.contains(document.activeElement)
      main.replaceChildren(...one('main', page).childNodes)
      const facets = one('.facets > details', main)
      if (facets) facets.open = open
      document.title = page.title
      if (!inside) return
      const again = key && one('[data-key="' + CSS.escape(key) + '"]', main)
      const to = again || one('.tally p', main) || main
      to.focus({ preventScroll: Boolean(again) })
    }

    const show = (page, answer, again) => {
      const results = one('main [data-page]', page)
      if (!results) return refused(answer, page, again)
      replace(page)
      announce(one('[data-count]')?.textContent.trim() ?? '')
      if (results.dataset.retry) retrying = setTimeout(again, 1000 * results.dataset.retry)
    }

    // A response that is not the search page leaves the last results in place.
    const refused = (answer, page, again) => {
      const why = one('.failure p:not(.kind)', page)?.textContent ?? text('search_unavailable')
      const wait = Number(answer.headers.get('Retry-After'))
      note(wait ? why + ' ' + text('search_retry').replace('{seconds}', wait) : why)
      announce(why)
      if (wait) retrying = setTimeout(again, 1000 * wait)
    }

    const ask = async (address, typing) => {
      clearTimeout(timer)
      clearTimeout(retrying)
      running?.abort()
      const mine = running = new AbortController()
      const main = one('main')
      const slow = setTimeout(() => { note(text('searching')); announce(text('searching')) }, slowAfter)
      main.setAttribute('aria-busy', 'true')
      const asked = new URL(address, location.href)
      asked.hash = ''
      if (typing) asked.searchParams.set('typing', '1')
      const page = view()?.dataset.page
      if (page) asked.searchParams.set('page', page)
      try {
        const answer = await fetch(asked, { signal: mine.signal, headers: { Accept: 'text/html' } })
        const html = await answer.text()
        if (mine.signal.aborted) return
        // A pasted alert is redirected to another page.
        if (answer.redirected && new URL(answer.url).pathname !== base) return location.replace(answer.url)
        note('')
        show(new DOMParser().parseFromString(policy.createHTML(html), 'text/html'), answer, () => ask(address, typing))
      } catch (e) {
        if (e.name === 'AbortError') return
        note(text('unreachable'))
        announce(text('unreachable_short'))
        form.dataset.offline = 'yes' // Enter then submits the form without script
      } finally {
        clearTimeout(slow)
        if (running === mine) main.removeAttribute('aria-busy')
      }
    }

    const typed = () => {
      const address = addressOf(input.value)
      if (input.value.trim() === (new URLSearchParams(location.search).get('q') ?? '').trim()) return
      remember(address)
      ask(address, true)
    }
    const soon = () => { clearTimeout(timer); timer = setTimeout(typed, typingDelay) }
    input.addEventListener('input', e => { if (!e.isComposing && input.value.length <= longest) soon() })
    input.addEventListener('compositionstart', () => clearTimeout(timer))
    input.addEventListener('compositionend', soon)
    input.addEventListener('blur', () => { if (!settled) settle() })

    form.addEventListener('submit', e => {
      if (e.defaultPrevented || form.dataset.offline || input.value.length > longest || !input.value.trim()) return
      e.preventDefault()
      clearTimeout(timer)
      const address = addressOf(input.value)
      if (location.pathname + location.search !== address) remember(address)
      ask(address, false).then(settle)
    })

    // Filters, sorting and pages stay on this page.
    document.addEventListener('click', e => {
      const a = e.target.closest?.('main a[href]')
      if (!a || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return
      const to = new URL(a.href)
      if (to.origin !== location.origin || to.pathname !== base) return
      e.preventDefault()
      if (!settled) settle()
      remember(to.pathname + to.search)
      input.value = to.searchParams.get('q') ?? ''
      ask(to.pathname + to.search, false).then(() => {
        settle()
        if (a.rel === 'next' || a.rel === 'prev') scrollTo(0, 0)
      })
    })

    // Back and forward.
    addEventListener('popstate', () => {
      if (location.search === shown) return // only the fragment changed
      shown = location.search
      settled = true
      clearTimeout(settling)
      input.value = new URLSearchParams(location.search).get('q') ?? ''
      ask(location.pathname + location.search, false)
    })

    // An opened result is reported in the background; links keep their targets.
    const opened = () => {
      if (!settled) settle()
      const { page, query } = view()?.dataset ?? {}
      if (page && query) navigator.sendBeacon?.(base + '/opened', new URLSearchParams({ page, q: query }))
    }
    for (const kind of ['click', 'auxclick']) {
      document.addEventListener(kind, e => { if (e.button < 2 && e.target.closest?.('main :is(.hit, .answer) a[href]')) opened() })
    }
    document.addEventListener('picked', opened)

    if (view()?.dataset.retry) retrying = setTimeout(() => ask(location.pathname + location.search, false), 1000 * view().dataset.retry)
    if (view()?.dataset.query) document.dispatchEvent(new CustomEvent('searched', { detail: view().dataset.query }))
    if (matchMedia('(hover: hover)').matches && !location.hash) input.setSelectionRange(input.value.length, input.value.length)
  }
  document.addEventListener('DOMContentLoaded', start)
})()
