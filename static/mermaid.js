// The script of the sandboxed frame: draws what the page sends, tells its height.
(() => {
  'use strict'
  const box = document.getElementById('d')
  let drawn = 0
  const tell = message => parent.postMessage(message, '*')
  window.addEventListener('message', async e => {
    if (e.source !== parent) return
    mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: e.data.dark ? 'dark' : 'neutral', fontFamily: 'system-ui, sans-serif' })
    try {
      const { svg } = await mermaid.render('m' + drawn++, String(e.data.source))
      box.innerHTML = svg
      tell({ height: Math.ceil(box.getBoundingClientRect().height) + 4 })
    } catch (error) {
      tell({ error: String(error.message || error) })
    }
  })
  tell({ ready: true })
})()
