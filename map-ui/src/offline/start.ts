/** After a page has shown itself: lets it open without a network next time, and sends what this phone still keeps. */
import { mount } from 'svelte';
import Notice from './Notice.svelte';

mount(Notice, { target: document.body });

/** Built pages only: a worker would keep the sources of `npm run dev` as they were. */
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  navigator.serviceWorker
    .register('/sw.js')
    .then(() => navigator.serviceWorker.ready)
    // What is not on the first screen is fetched now, except by those who count their bytes.
    .then(({ active }) => thrifty() || active?.postMessage('fill'))
    // Without a worker everything works as long as there is a network.
    .catch(() => undefined);
}

function thrifty(): boolean {
  return (navigator as Navigator & { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
