/** Light or dark: the reader's choice if there is one, else the system's. `early.js` sets it before the first paint. */
export type Theme = 'light' | 'dark';
const KEY = 'waymark-theme';

class Look {
  theme = $state<Theme>(document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light');

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (system) => {
      if (!remembered()) this.show(system.matches ? 'dark' : 'light');
    });
  }

  toggle(): void {
    this.show(this.theme === 'dark' ? 'light' : 'dark');
    try {
      localStorage.setItem(KEY, this.theme);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }

  private show(theme: Theme): void {
    document.documentElement.dataset.theme = theme;
    this.theme = theme;
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export const look = new Look();
