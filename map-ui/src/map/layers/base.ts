/**
 * Streets, water, parks and names from tiles in Protomaps' schema (https://docs.protomaps.com/basemaps/layers). One style, two
 * palettes; what is drawn below the heat stands apart from the names above it.
 */
import type { DataDrivenPropertyValueSpecification, ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl';
import { base } from '../base';
import { LABEL_FONT, type MapLayer } from '../layer';

const SOURCE = 'base';

const source = () => ({
  type: 'vector' as const,
  tiles: [location.origin + base?.url],
  minzoom: base?.minzoom ?? 0,
  maxzoom: base?.maxzoom ?? 15,
});

const kind = (...kinds: string[]): FilterSpecification => ['in', ['get', 'kind'], ['literal', kinds]];

/** Widths in pixels at zooms 10, 14 and 18; streets grow with the city below them. */
const width = (far: number, middle: number, near: number): ExpressionSpecification =>
  ['interpolate', ['exponential', 1.5], ['zoom'], 10, far, 14, middle, 18, near];

/** Kind, width, width of the edge on both sides, and the zoom from which an edge is drawn. Wider streets lie above. */
const STREETS = [
  { kinds: ['minor_road', 'other'], road: width(0.35, 3, 20), edge: width(0, 4.2, 23), edgeFrom: 13.5 },
  { kinds: ['major_road'], road: width(1.1, 5.5, 28), edge: width(1.1, 7, 31), edgeFrom: 11 },
  { kinds: ['highway'], road: width(1.8, 7.5, 34), edge: width(2.6, 9.5, 38), edgeFrom: 10 },
];

const ROUND = { 'line-cap': 'round', 'line-join': 'round' } as const;

export const streets: MapLayer = {
  id: SOURCE,
  source,
  layers: (colours) => {
    const fill = (id: string, layer: string, colour: string, filter: FilterSpecification): LayerSpecification =>
      ({ id, type: 'fill', source: SOURCE, 'source-layer': layer, filter, paint: { 'fill-color': colour } });
    const line = (id: string, colour: string, size: DataDrivenPropertyValueSpecification<number>, kinds: string[], minzoom: number): LayerSpecification =>
      ({ id, type: 'line', source: SOURCE, 'source-layer': 'roads', minzoom, filter: kind(...kinds), layout: ROUND, paint: { 'line-color': colour, 'line-width': size } });
    return [
      fill('base-earth', 'earth', colours.land, ['==', ['geometry-type'], 'Polygon']),
      fill('base-park', 'landuse', colours.park, kind('park', 'nature_reserve', 'forest', 'wood', 'grass', 'grassland', 'cemetery', 'garden', 'recreation_ground', 'pitch', 'golf_course', 'scrub')),
      fill('base-water', 'water', colours.water, ['==', ['geometry-type'], 'Polygon']),
      fill('base-building', 'buildings', colours.building, ['==', ['geometry-type'], 'Polygon']),
      { id: 'base-path', type: 'line', source: SOURCE, 'source-layer': 'roads', minzoom: 14.5, filter: kind('path'), paint: { 'line-color': colours.rail, 'line-width': width(0, 0.9, 2.5), 'line-dasharray': [2, 1.5] } },
      ...STREETS.map(({ kinds, edge, edgeFrom }) => line(`base-${kinds[0]}-edge`, colours.roadEdge, edge, kinds, edgeFrom)),
      ...STREETS.map(({ kinds, road }, index) => line(`base-${kinds[0]}`, index === 0 ? colours.roadMinor : colours.road, road, kinds, index === 0 ? 11 : 0)),
      { id: 'base-rail', type: 'line', source: SOURCE, 'source-layer': 'roads', filter: kind('rail'), paint: { 'line-color': colours.rail, 'line-width': width(0.8, 1.6, 4) } },
      { id: 'base-rail-ticks', type: 'line', source: SOURCE, 'source-layer': 'roads', minzoom: 12.5, filter: kind('rail'), paint: { 'line-color': colours.rail, 'line-width': width(2, 5, 11), 'line-dasharray': [0.25, 2.4] } },
    ];
  },
};

/** Names of the ground; those of the city's own districts stand in `districts.ts`. */
export const streetNames: MapLayer = {
  id: SOURCE,
  source,
  layers: (colours) => {
    const name: ExpressionSpecification = ['coalesce', ['get', 'name'], ''];
    const along = (id: string, layer: string, minzoom: number, colour: string, halo: string, size: number, filter: FilterSpecification): LayerSpecification => ({
      id, type: 'symbol', source: SOURCE, 'source-layer': layer, minzoom, filter,
      layout: { 'symbol-placement': 'line', 'text-field': name, 'text-font': LABEL_FONT, 'text-size': size, 'symbol-spacing': 320, 'text-padding': 4 },
      paint: { 'text-color': colour, 'text-halo-color': halo, 'text-halo-width': 1.5 },
    });
    const at = (id: string, layer: string, minzoom: number, colour: string, halo: string, size: number, filter: FilterSpecification): LayerSpecification => ({
      id, type: 'symbol', source: SOURCE, 'source-layer': layer, minzoom, filter,
      layout: { 'text-field': name, 'text-font': LABEL_FONT, 'text-size': size, 'text-max-width': 7, 'text-padding': 6 },
      paint: { 'text-color': colour, 'text-halo-color': halo, 'text-halo-width': 1.5 },
    });
    const isLine: FilterSpecification = ['==', ['geometry-type'], 'LineString'];
    return [
      {
        id: 'base-house', type: 'symbol', source: SOURCE, 'source-layer': 'buildings', minzoom: 17.2,
        filter: ['has', 'addr_housenumber'],
        layout: { 'text-field': ['get', 'addr_housenumber'], 'text-font': LABEL_FONT, 'text-size': 10, 'text-padding': 1 },
        paint: { 'text-color': colours.label, 'text-halo-color': colours.halo, 'text-halo-width': 1, 'text-opacity': 0.85 },
      },
      along('base-minor-name', 'roads', 14.6, colours.label, colours.halo, 11, kind('minor_road', 'other', 'path')),
      along('base-major-name', 'roads', 12.6, colours.label, colours.halo, 11.5, kind('major_road', 'highway')),
      at('base-park-name', 'landuse', 13, colours.parkInk, colours.park, 11, ['has', 'name']),
      along('base-river-name', 'water', 12, colours.waterInk, colours.water, 12, isLine),
      at('base-lake-name', 'water', 12.5, colours.waterInk, colours.water, 11.5, ['==', ['geometry-type'], 'Point']),
      at('base-station-name', 'pois', 14, colours.label, colours.halo, 11, kind('station')),
      at('base-quarter-name', 'places', 12.5, colours.label, colours.halo, 11.5, kind('neighbourhood')),
      at('base-city-name', 'places', 0, colours.label, colours.halo, 15, kind('locality')),
    ].map((layer) => (layer.id === 'base-city-name' ? { ...layer, maxzoom: 11 } : layer) as LayerSpecification);
  },
};
