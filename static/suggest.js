// Suggestions under every search box: a combobox with a list, by the pattern of the
// ARIA practices guide. Recent searches are stored in this browser only. Without
// script it is a plain search box.
(() => {
  'use strict'
  const delay = 80 // ms: a response costs the server microseconds
  const remembered = 8
  const key = 'postern.recent'
  const recent = {
    get: () => { try { return JSON.parse(localStorage.getItem(key)) ?? [] } catch { return [] } },
    set: list => { try { localStorage.setItem(key, JSON.stringify(list)) } catch { /* not kept */ } },
    add: query => {
      query = query.trim()
      const most = 200 // characters: a longer text is a paste, not a search to repeat
      if (!query || query.length > most) return
      recent.set([query, ...recent.get().filter(q => q !== query)].slice(0, remembered))
    }
  }
  const text = key => JSON.parse(document.body.dataset.texts)[key]
  const kindWord = kind => text('kind_' + kind) ?? kind
  const element = (name, properties, attributes = {}) => {
    const e = Object.assign(document.createElement(name), properties)
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v)
    return e
  }

  const combobox = (form, number) => {
    const base = document.body.dataset.base
    const input = form.querySelector('input[name=q]')
    const list = element('ul', { id: 'suggestions-' + number, className: 'options', hidden: true }, { role: 'listbox', 'aria-label': text('suggestions') })
    form.append(list)
    for (const [k, v] of [['role', 'combobox'], ['aria-autocomplete', 'list'], ['aria-haspopup', 'listbox'], ['aria-expanded', 'false'], ['aria-controls', list.id]]) {
      input.setAttribute(k, v)
    }
    const known = new Map() // responses of this page, by the typed text
    let timer, running, at = -1

    const choose = i => {
      const options = Array.from(list.children)
      options[at]?.setAttribute('aria-selected', 'false')
      at = i
      options[at]?.setAttribute('aria-selected', 'true')
      options[at]?.scrollIntoView({ block: 'nearest' })
      if (options[at]) input.setAttribute('aria-activedescendant', options[at].id)
      else input.removeAttribute('aria-activedescendant')
    }
    const close = () => {
      clearTimeout(timer)
      running?.abort()
      list.hidden = true
      list.replaceChildren()
      input.setAttribute('aria-expanded', 'false')
      choose(-1)
    }
    const show = items => {
      list.replaceChildren(...items.map((item, i) => {
        const li = element('li', { id: list.id + '-' + i }, { role: 'option', 'aria-selected': 'false' })
        li.append(element('span', { textContent: item.text, dir: 'auto' }), element('span', { className: 'muted small', textContent: item.forget ? '' : kindWord(item.kind) }))
        if (item.forget) li.className = 'muted small'
        li.addEventListener('pointerdown', e => e.preventDefault()) // the focus stays in the box
        li.addEventListener('click', e => take(item, e))
        return li
      }))
      list.hidden = items.length === 0
      input.setAttribute('aria-expanded', String(items.length > 0))
      choose(-1)
    }
    const take = (item, e) => {
      if (item.forget) {
        recent.set([])
        return close()
      }
      close()
      if (item.kind === 'query' || item.kind === 'recent') {
        input.value = item.text
        return form.requestSubmit()
      }
      recent.add(input.value)
      document.dispatchEvent(new CustomEvent('picked'))
      if (e.ctrlKey || e.metaKey) window.open(item.url, '_blank', 'noopener')
      else location.assign(item.url)
    }

    const offerRecent = () => {
      const items = recent.get().map(query => ({ text: query, kind: 'recent' }))
      show(items.length ? [...items, { text: text('forget'), forget: true }] : [])
    }
    const offer = async () => {
      const typed = input.value.trim()
      if (!typed) return offerRecent()
      const most = 100 // characters: more than a name has
      if (typed.length > most) return close()
      let items = known.get(typed)
      if (!items) {
        running?.abort()
        const mine = running = new AbortController()
        try {
          const answer = await fetch(base + '/api/v1/suggest?' + new URLSearchParams({ q: typed }), { signal: mine.signal, headers: { Accept: 'application/json' } })
          if (!answer.ok) return close()
          items = (await answer.json()).suggestions
        } catch {
          return // aborted, or the portal cannot be reached: the form still works
        }
        known.set(typed, items)
      }
      if (document.activeElement !== input || input.value.trim() !== typed) return
      // Next to results that change while typing, a few are enough.
      const few = 4
      show(form.closest('.bar') && location.pathname === base + '/search' ? items.slice(0, few) : items)
    }
    const soon = () => { clearTimeout(timer); timer = setTimeout(offer, delay) }

    input.addEventListener('input', e => { if (!e.isComposing) soon() })
    input.addEventListener('compositionend', soon)
    input.addEventListener('click', () => { if (!input.value && list.hidden) offerRecent() })
    input.addEventListener('blur', close)
    form.addEventListener('submit', () => { recent.add(input.value); close() })

    const move = step => {
      const n = list.children.length
      choose(at + step < -1 ? n - 1 : at + step >= n ? -1 : at + step) // after the last one comes the box itself
    }
    input.addEventListener('keydown', e => {
      if (e.isComposing) return
      if (list.hidden) {
        if (e.key === 'ArrowDown' && !input.value) offerRecent()
        if (list.hidden) return
        e.preventDefault()
        return e.stopPropagation()
      }
      if (e.key === 'ArrowDown' || e.key === 'ArrowUp') move(e.key === 'ArrowDown' ? 1 : -1)
      else if (e.key === 'Enter' && at >= 0) list.children[at].dispatchEvent(new MouseEvent('click', { ctrlKey: e.ctrlKey, metaKey: e.metaKey }))
      else if (e.key === 'Escape') close()
      else return
      e.preventDefault()
      e.stopPropagation() // otherwise the page's own keys would move through its results
    })
  }

  document.addEventListener('searched', e => recent.add(e.detail))
  document.addEventListener('DOMContentLoaded', () => {
    document.querySelectorAll('form.find:not(.failure form)').forEach(combobox)
  })
})()
