/** What a layer of the map is. Ids are written once, in the layer; the map draws layers in the order it is given them. */
import type { LayerSpecification, MapGeoJSONFeature, SourceSpecification } from 'maplibre-gl';
import type { Palette } from './palette';

export interface MapLayer {
  /** Also the id of its source. */
  id: string;
  /** Where it is from; without it, what the map is told by `set`. */
  source?(): SourceSpecification;
  layers(colours: Palette): LayerSpecification[];
  images?(colours: Palette): Record<string, ImageData>;
  /** The style layer that answers to a click or to Enter under the cross-hair, and what was meant by it. */
  picks?: { layer: string; read(feature: MapGeoJSONFeature): Picked | null };
}

export type Picked =
  | { kind: 'request'; number: string }
  | { kind: 'count'; lon: number; lat: number; box: [number, number, number, number] }
  | { kind: 'cell'; cell: string }
  | { kind: 'cluster'; cell: string };

export const NOTHING: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

export function collection(features: GeoJSON.Feature[]): GeoJSON.FeatureCollection {
  return { type: 'FeatureCollection', features };
}

/** MapLibre draws labels itself from the page's fonts and takes the weight from this name: see `styles/fonts.css`. */
export const LABEL_FONT = ['Waymark Map Semibold'];
