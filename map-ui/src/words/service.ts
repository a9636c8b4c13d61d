/** A picture for a service. Cities name their services freely, so the picture is found by words, not by code. */
import type { IconName } from '../parts/icons';

const PICTURES: [RegExp, IconName][] = [
  [/pothole|pavement|road surface|carriageway|street repair|bache/i, 'construction'],
  [/traffic (signal|light)|signal|cone|barrier/i, 'traffic-cone'],
  [/light|lamp|farola|alumbrado/i, 'lightbulb'],
  [/graffiti|pintada/i, 'spray-can'],
  [/drain|sewer|catch basin|water main|leak|hydrant|alcantarilla/i, 'droplets'],
  [/flood|river|beach/i, 'waves'],
  [/garbage|trash|rubbish|refuse|litter|dump|waste|recycl|cart|basura/i, 'trash-2'],
  [/tree|branch|stump|árbol/i, 'tree-pine'],
  [/park(?!ing)|playground|lawn|weeds|green/i, 'trees'],
  [/parking|meter/i, 'square-parking'],
  [/vehicle|car\b|taxi|rideshare|abandoned/i, 'car'],
  [/bike|bicycle|cycle/i, 'bike'],
  [/bus|transit/i, 'bus'],
  [/sidewalk|footpath|footway|curb|kerb|acera/i, 'footprints'],
  [/sign\b|signs|signpost|señal/i, 'signpost'],
  [/rat|rodent|pest|bee|wasp|insect|mosquito/i, 'bug'],
  [/dog|animal|coyote|wildlife/i, 'paw-print'],
  [/noise|music|ruido/i, 'volume-2'],
  [/heat|hot water|boiler/i, 'thermometer'],
  [/snow|ice\b|salt|nieve/i, 'snowflake'],
  [/fire|smoke|burn/i, 'flame'],
  [/power|electric|outage/i, 'zap'],
  [/toilet|restroom|plumbing/i, 'toilet'],
  [/housing|building|permit|construction|elevator/i, 'building-2'],
  [/restaurant|business|store|shop|food|vendor/i, 'store'],
  [/street|road|alley|calle/i, 'construction'],
];

export function picture(service: { name: string; group?: string; keywords?: string[] }): IconName {
  const asked = [service.name, (service.keywords ?? []).join(' '), service.group ?? ''];
  for (const words of asked) {
    const found = PICTURES.find(([pattern]) => pattern.test(words));
    if (found) return found[1];
  }
  return 'map-pin';
}
