/** The form behind the first screen: one chunk, fetched while the resident looks at the camera button. */
import KeptLine from '../../offline/KeptLine.svelte';
import { Flow } from '../flow/flow.svelte.ts';
import Photos from '../photos/Photos.svelte';
import StepBar from '../StepBar.svelte';
import Find from './Find.svelte';
import KeptStep from './KeptStep.svelte';
import SameStep from './SameStep.svelte';
import SendStep from './SendStep.svelte';
import SentStep from './SentStep.svelte';
import WhatStep from './WhatStep.svelte';
import WhereStep from './WhereStep.svelte';

const steps = { what: WhatStep, where: WhereStep, same: SameStep, send: SendStep, sent: SentStep, kept: KeptStep };

export default { Flow, steps, Find, Photos, StepBar, KeptLine };
