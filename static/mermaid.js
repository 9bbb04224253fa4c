// The script of the sandboxed frame: draws the source that the page sends and reports its height.
(() => {
  'use strict'
  const box = document.getElementById('d')
  let drawn = 0
  const send = message => parent.postMessage(message, '*')
  window.addEventListener('message', async e => {
    if (e.source !== parent) return
    mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: e.data.dark ? 'dark' : 'neutral', fontFamily: 'system-ui, sans-serif' })
    try {
      const { svg } = await mermaid.render('m' + drawn++, String(e.data.source))
      box.innerHTML = svg
      send({ height: Math.ceil(box.getBoundingClientRect().height) + 4 })
    } catch (error) {
      send({ error: String(error.message || error) })
    }
  })
  send({ ready: true })
})()
