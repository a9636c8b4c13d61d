// Before the first paint: a chosen theme never flashes in the other. And before the page's own code: its story is on the way.
(function () {
  var chosen;
  try { chosen = localStorage.getItem('waymark-theme'); } catch (e) { /* forbidden */ }
  var dark = matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = chosen || (dark ? 'dark' : 'light');
  var story = /^\/requests\/([0-9A-Za-z-]+)\/?$/.exec(location.pathname);
  if (story && !/[?&](?!token=)/.test(location.search)) {
    var link = document.createElement('link');
    // The same address as the page will ask for (src/api/requests.ts), or it would be fetched twice.
    link.rel = 'preload'; link.as = 'fetch'; link.crossOrigin = 'anonymous'; link.href = '/api/requests/' + story[1] + location.search;
    document.head.append(link);
  }
})();
