/** Reads a text/event-stream (HTML standard, 9.2.6) as it comes in pieces. Pure: it knows no address and no clock. */

export interface Message {
  event: string;
  data: string;
  /** The last id heard so far; empty before the first. */
  id: string;
}

export class StreamReader {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #id = '';

  /** The messages that this piece completes. A comment completes none. */
  read(piece: string): Message[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line) ?? []);
  }

  #line(line: string): Message | null {
    if (line === '') return this.#end();
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (name === 'event') this.#event = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id') this.#id = value;
    return null;
  }

  #end(): Message | null {
    const message = { event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id };
    const said = this.#data.length > 0;
    this.#event = '';
    this.#data = [];
    return said ? message : null;
  }
}
