// Search while typing, on the search page. The results come out of the page that
// the form would have led to, already escaped by the server; the address bar is
// always the address of what is shown.
(() => {
  'use strict'
  const one = (selector, from = document) => from.querySelector(selector)

  // The script's one HTML sink; see the content security policy.
  const policy = window.trustedTypes
    ? trustedTypes.createPolicy('postern', { createHTML: s => s })
    : { createHTML: s => s }

  const typingDelay = 120 // ms: shorter than a pause, longer than a key
  const settleAfter = 1500 // ms without a key: what is shown is worth going back to
  const slowAfter = 700 // ms until the reader is told that it takes long
  const longest = 200 // characters: a longer text was pasted, and the form takes it

  const start = () => {
    const base = document.body.dataset.base + '/search'
    const form = one('.bar form.find')
    if (!form || location.pathname !== base) return
    const input = one('input[name=q]', form)
    let timer, settling, retrying, running
    let settled = true // what is shown has an entry of its own in the history
    let shown = location.search

    // Screen readers hear the changes of an element that stays; the results do not.
    const told = document.createElement('p')
    told.className = 'hide'
    told.setAttribute('role', 'status')
    form.append(told)
    const tell = text => { if (told.textContent !== text) told.textContent = text }

    const view = () => one('main [data-page]')
    const addressOf = text => {
      const q = new URLSearchParams(location.search)
      const next = new URLSearchParams({ q: text })
      if (q.get('sort')) next.set('sort', q.get('sort'))
      return base + '?' + next
    }

    // While a search is typed it has one entry in the history, which is replaced;
    // the next search begins another.
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

    const note = text => {
      one('main .slow')?.remove()
      if (!text) return
      const p = document.createElement('p')
      p.className = 'note slow'
      p.textContent = text
      one('#results h1')?.after(p) ?? one('main').prepend(p)
    }

    // What the reader has opened stays open; what had the focus has it again.
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
      tell(one('[data-count]')?.textContent.trim() ?? '')
      if (results.dataset.retry) retrying = setTimeout(again, 1000 * results.dataset.retry)
    }

    // A refusal that is not the search page leaves the last results where they are.
    const refused = (answer, page, again) => {
      const why = one('.failure p:not(.kind)', page)?.textContent ?? 'Search does not answer just now.'
      const wait = Number(answer.headers.get('Retry-After'))
      note(wait ? why + ' It is asked again in ' + wait + ' s.' : why)
      tell(why)
      if (wait) retrying = setTimeout(again, 1000 * wait)
    }

    const ask = async (address, typing) => {
      clearTimeout(timer)
      clearTimeout(retrying)
      running?.abort()
      const mine = running = new AbortController()
      const main = one('main')
      const slow = setTimeout(() => { note('Still searching …'); tell('Still searching') }, slowAfter)
      main.setAttribute('aria-busy', 'true')
      const asked = new URL(address, location.href)
      asked.hash = ''
      if (typing) asked.searchParams.set('typing', '1')
      const page = view()?.dataset.page
      if (page) asked.searchParams.set('page', page)
      try {
        const answer = await fetch(asked, { signal: mine.signal, headers: { Accept: 'text/html' } })
        const text = await answer.text()
        if (mine.signal.aborted) return
        // A pasted alert is answered by another page.
        if (answer.redirected && new URL(answer.url).pathname !== base) return location.replace(answer.url)
        note('')
        show(new DOMParser().parseFromString(policy.createHTML(text), 'text/html'), answer, () => ask(address, typing))
      } catch (e) {
        if (e.name === 'AbortError') return
        note('The portal cannot be reached. What is shown was found before; Enter asks again.')
        tell('The portal cannot be reached')
        form.dataset.offline = 'yes' // Enter then asks the plain way
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
      if (location.search === shown) return // only the part behind the # is another
      shown = location.search
      settled = true
      clearTimeout(settling)
      input.value = new URLSearchParams(location.search).get('q') ?? ''
      ask(location.pathname + location.search, false)
    })

    // That a result was opened is told beside the click: links lead where they say.
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
