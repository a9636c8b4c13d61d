/**
 * What the server says, as its OpenAPI document has it: `schema.d.ts` is written from that by `npm run api`, and a test holds
 * the two together. The server writes every member of an answer; one without a value is null.
 */
import type { components } from './schema';

type Schemas = components['schemas'];
type Whole<T> = T extends object ? { [K in keyof T]-?: Whole<T[K]> } : T;

export type Said<Name extends keyof Schemas> = Whole<Schemas[Name]>;
