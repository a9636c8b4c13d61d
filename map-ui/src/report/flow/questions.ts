/** The questions of a service: which are asked, what ends the form, what is missing. The server checks the same again. Pure. */
import type { Question } from '../../api/city';

export type Answers = Record<string, string[]>;

/** A condition names an earlier question, and holds only if that one is asked itself. */
export function asked(questions: Question[], answers: Answers): Question[] {
  const shown = new Set<string>();
  return questions.filter(({ code, condition }) => {
    const holds = !condition || (shown.has(condition.attribute) && (answers[condition.attribute] ?? []).some((value) => condition.any_of.includes(value)));
    if (holds) shown.add(code);
    return holds;
  });
}

/** The words that end the form, and the answer that brought them. */
export function stopped(questions: Question[], answers: Answers): { answer: string; words: string } | null {
  for (const question of asked(questions, answers)) {
    for (const { key, name, stop } of question.values) {
      if (stop && (answers[question.code] ?? []).includes(key)) return { answer: name, words: stop };
    }
  }
  return null;
}

export type Flaw = 'missing' | 'not_a_number';

export function flaws(questions: Question[], answers: Answers): Record<string, Flaw> {
  const found: Record<string, Flaw> = {};
  for (const { code, variable, required, datatype } of asked(questions, answers)) {
    const given = (answers[code] ?? []).filter((value) => value.trim() !== '');
    if (!variable) continue;
    if (given.length === 0) {
      if (required) found[code] = 'missing';
    } else if (datatype === 'number' && !Number.isFinite(Number(given[0]?.replace(',', '.')))) found[code] = 'not_a_number';
  }
  return found;
}

/** What is sent: answers to the questions that are asked, in the form the server reads. */
export function sendable(questions: Question[], answers: Answers): Record<string, string | string[]> {
  const sent: Record<string, string | string[]> = {};
  for (const { code, variable, datatype } of asked(questions, answers)) {
    const given = (answers[code] ?? []).filter((value) => value.trim() !== '');
    const [first] = given;
    if (!variable || first === undefined) continue;
    if (datatype === 'multivaluelist') sent[code] = given;
    else if (datatype === 'number') sent[code] = first.replace(',', '.');
    else if (datatype === 'datetime') sent[code] = new Date(first).toISOString();
    else sent[code] = first;
  }
  return sent;
}
