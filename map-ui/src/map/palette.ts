/** The colours of the map, read from the same tokens as the page, so that both change together. */

const NAMES = {
  ground: '--sunken', land: '--map-land', park: '--map-park', parkInk: '--map-park-ink', water: '--map-water', road: '--map-road', roadMinor: '--map-road-minor', roadEdge: '--map-road-case', rail: '--map-rail', waterInk: '--map-water-ink', building: '--map-bldg', bound: '--map-bound', label: '--map-label',
  halo: '--map-halo', pin: '--map-pin', pinInk: '--map-pin-ink', surface: '--surface', ink: '--ink', accent: '--accent', onAccent: '--on-accent',
  blue: '--blue', amber: '--amber', red: '--red', green: '--green', grey: '--grey', hot: '--hot',
  h1: '--h1', h2: '--h2', h3: '--h3', h4: '--h4', h5: '--h5', h6: '--h6', h7: '--h7',
  n2: '--dv-n2', n1: '--dv-n1', n0: '--dv-0', p1: '--dv-p1', p2: '--dv-p2',
} as const;

export type Palette = Record<keyof typeof NAMES, string>;

export function palette(): Palette {
  const tokens = getComputedStyle(document.documentElement);
  const colours = Object.entries(NAMES).map(([name, token]) => [name, tokens.getPropertyValue(token).trim()]);
  return Object.fromEntries(colours) as Palette;
}
