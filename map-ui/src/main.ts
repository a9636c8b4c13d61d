import './styles/index.css';
import { mount } from 'svelte';
import App from './app/App.svelte';
import { getLocale } from './paraglide/runtime.js';

document.documentElement.lang = getLocale();
const target = document.getElementById('app');
if (target) mount(App, { target });

/** Being ready for no network can wait until the page is. */
const prepare = () => void import('./offline/start').catch(() => undefined);
addEventListener('load', () => ('requestIdleCallback' in window ? requestIdleCallback(prepare, { timeout: 3000 }) : setTimeout(prepare, 1500)));
