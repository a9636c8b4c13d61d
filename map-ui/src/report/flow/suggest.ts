/** Finds services by what somebody types: every word has to start a word of the service. Pure. */
import type { Service } from '../../api/city';

/** Without accents and case, cut into words. */
function words(text: string): string[] {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}

export function found(services: Service[], typed: string): Service[] {
  const asked = words(typed);
  if (asked.length === 0) return services;
  return services.filter((service) => {
    const known = words([service.name, service.description, service.group, ...service.keywords].join(' '));
    return asked.every((word) => known.some((one) => one.startsWith(word)));
  });
}
