/** The steps after the first view: one chunk, fetched while the resident looks at the camera button. */
import SameStep from './SameStep.svelte';
import SendStep from './SendStep.svelte';
import SentStep from './SentStep.svelte';
import WhatStep from './WhatStep.svelte';
import WhereStep from './WhereStep.svelte';

export default { what: WhatStep, where: WhereStep, same: SameStep, send: SendStep, sent: SentStep };
