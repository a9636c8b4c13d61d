// Before the first paint: a chosen theme never flashes in the other.
(function () {
  var chosen;
  try { chosen = localStorage.getItem('waymark-theme'); } catch (e) { /* forbidden */ }
  var dark = matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = chosen || (dark ? 'dark' : 'light');
})();
