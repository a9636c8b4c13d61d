// Runs before the first paint, so that a chosen theme never flashes in the other one. Everything else waits for the module.
(function () {
  var chosen;
  try { chosen = localStorage.getItem('waymark-theme'); } catch (e) { /* storage may be forbidden: the system decides */ }
  var dark = matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = chosen || (dark ? 'dark' : 'light');
})();
